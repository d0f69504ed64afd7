/**
 * The cases that llhttp (Node's HTTP parser) is tested with: markdown with the input and the expected callbacks.
 *
 *   ## name of the case
 *   <!-- meta={"type": "request-lenient-headers"} -->
 *   ```http        line ends are CRLF; \r \n \t \f \xHH are escapes; a backslash at the end joins lines
 *   ```log         `off=… message complete`, `off=… error code=… reason="…"`
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CORPUS_DIR } from '../machine.ts';

export interface LlhttpCase {
  /** `request/uri: Quotes in URI (#2)`; the number where a name has several inputs. */
  readonly name: string;
  readonly side: 'request' | 'response';
  /** Leniency that is switched on, such as `headers`; empty for strict. */
  readonly leniency: string;
  readonly input: string;
  /** Messages that llhttp reads to their end. */
  readonly complete: number;
  /** Why llhttp stops; empty where it does not. */
  readonly error: string;
}

const CASES_DIR = join(CORPUS_DIR, 'nodejs+llhttp/test');
const BLOCK = /^<!--\s*meta=(\{.*?\})\s*-->\s*```http\n([\s\S]*?)\n?```\s*```log\n([\s\S]*?)```/gm;
const TITLE = /^#+ (.*)$/gm;

export function readLlhttpCases(): readonly LlhttpCase[] {
  return ['request', 'response'].flatMap((side) =>
    readdirSync(join(CASES_DIR, side))
      .sort()
      .flatMap((file) => casesOf(side, file.replace(/\.md$/, ''), readFileSync(join(CASES_DIR, side, file), 'utf8'))),
  );
}

function casesOf(folder: string, file: string, text: string): LlhttpCase[] {
  const titles = [...text.matchAll(TITLE)];
  const seen = new Map<string, number>();
  return [...text.matchAll(BLOCK)].map((block) => {
    const title = titles.findLast(({ index }) => index < block.index)?.[1] ?? '';
    const number = (seen.get(title) ?? 0) + 1;
    seen.set(title, number);
    const [, meta = '{}', input = '', log = ''] = block;
    const { type } = JSON.parse(meta) as { type: string };
    return {
      name: `${folder}/${file}: ${title}${number > 1 ? ` (#${number})` : ''}`,
      side: type.startsWith('request') ? 'request' : 'response',
      leniency: /-lenient-(.*)$/.exec(type)?.[1] ?? '',
      input: unescaped(input),
      complete: [...log.matchAll(/ message complete$/gm)].length,
      error: /error code=(?!2[12] )\d+ reason="(.*)"/.exec(log)?.[1] ?? '',
    };
  });
}

function unescaped(text: string): string {
  return text
    .replace(/\\\n/g, '')
    .replace(/\n/g, '\r\n')
    .replace(/\\r/g, '\r')
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t')
    .replace(/\\f/g, '\f')
    .replace(/\\x([0-9a-fA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
