/** The corpus index: a row a file, with what independent judges counted (see the corpus's own README). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CORPUS_DIR } from '../machine.ts';

export interface CorpusFile {
  readonly file: string;
  readonly path: string;
  readonly category: string;
  readonly requests: number;
  readonly responses: number;
  readonly dnsQueries: number;
  readonly dnsResponses: number;
  readonly thriftCalls: number;
  readonly thriftReplies: number;
  readonly thriftExceptions: number;
  readonly thriftOneways: number;
  /** `A` ground truth … `D` the judges disagree; empty where not judged. */
  readonly httpConfidence: string;
}

export function readCorpusIndex(): readonly CorpusFile[] {
  const [head = '', ...rows] = readFileSync(join(CORPUS_DIR, 'INDEX.tsv'), 'utf8').trimEnd().split('\n');
  const columns = head.split('\t');
  return rows.map((row) => {
    const cells = row.split('\t');
    const cell = (name: string) => cells[columns.indexOf(name)] ?? '';
    return {
      file: cell('file'),
      path: join(CORPUS_DIR, cell('file')),
      category: cell('category'),
      requests: Number(cell('http_req')),
      responses: Number(cell('http_resp')),
      dnsQueries: Number(cell('dns_queries')),
      dnsResponses: Number(cell('dns_responses')),
      thriftCalls: Number(cell('thrift_call')),
      thriftReplies: Number(cell('thrift_reply')),
      thriftExceptions: Number(cell('thrift_exception')),
      thriftOneways: Number(cell('thrift_oneway')),
      httpConfidence: cell('http_confidence'),
    };
  });
}
