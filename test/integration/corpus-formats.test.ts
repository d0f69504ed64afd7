/**
 * Every capture of the corpus out and in again, in every format. What differs is listed by file, with the reason.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Exchange, encodeExchange } from '../../core/index.ts';
import { exchangesOf } from '../support/corpus/exchanges-of.ts';
import { readCorpusIndex } from '../support/corpus/index-file.ts';
import { exported, imported } from '../support/formats/index.ts';
import { comparable, toldMessage, toldOf } from '../support/formats/told.ts';
import { describeWith, testWith } from '../support/requirements.ts';

const ONE_SIDED = 'a side of which no byte was seen has no packets: the session is cut elsewhere';

/** By the end of the file's name. */
const PCAPNG_DIFFERS: Readonly<Record<string, string>> = {
  'mixed-vlan-mpls.pcap': ONE_SIDED,
  'bug-8629-async-oneside/input.pcap': ONE_SIDED,
  'tcp-async-01/input.pcap': ONE_SIDED,
  '650HttpResponses.pcap': 'answers that last until the close, ended by the next: alone they end with their flow',
  'y2038-bgp.pcap': 'times that step back by 28 years, in one flow',
  'tcpseq_synthetic.pcap': 'the last byte was captured before the first: packets of a stream are written in its order',
};

describeWith(['corpus'], 'the corpus, exported and imported', () => {
  const files: { readonly file: string; readonly exchanges: readonly Exchange[] }[] = [];

  beforeAll(async () => {
    for (const { file, path } of readCorpusIndex()) {
      // Captures that end in their middle are among them: what came before counts.
      const { exchanges } = await exchangesOf(path).catch(() => ({ exchanges: [] }));
      if (exchanges.length > 0) files.push({ file, exchanges });
    }
  });

  testWith([], 'there is something to compare', () => {
    expect(files.reduce((sum, { exchanges }) => sum + exchanges.length, 0)).toBeGreaterThan(1000);
  });

  testWith([], 'pcapng: equal bytes, pairs, gaps and times', () => {
    const different = files.filter(({ exchanges }) => {
      const { bytes, kept } = exported('pcapng', exchanges);
      expect(kept).toHaveLength(exchanges.length);
      return !same(comparable(kept), comparable(imported(bytes).exchanges));
    });
    expect(different.map(({ file }) => file).filter((file) => !isListed(file))).toEqual([]);
    expect(different).toHaveLength(Object.keys(PCAPNG_DIFFERS).length);
  });

  testWith([], '.gor: HTTP with equal bytes, pairs and times; without interim answers and those not whole', () => {
    const whole = (exchange: Exchange) => {
      const told = toldOf(exchange);
      if (told.response === undefined || isWhole(exchange)) return told;
      return { ...told, outcome: 'request-only', status: 0, response: undefined };
    };
    for (const { file, exchanges } of files) {
      const { bytes, kept } = exported('gor', exchanges);
      if (kept.length === 0) continue;
      expect(comparable(imported(bytes).exchanges), file).toEqual(comparable(kept, whole));
    }
  });

  testWith([], 'JSON lines and protobuf: wholly equal', () => {
    for (const { file, exchanges } of files) {
      for (const format of ['jsonl', 'protobuf'] as const) {
        const { bytes, kept } = exported(format, exchanges);
        const digits = (exchange: Exchange) => Buffer.from(encodeExchange(exchange)).toString('hex');
        expect(imported(bytes).exchanges.map(digits), `${format} of ${file}`).toEqual(kept.map(digits));
      }
    }
  });

  testWith(
    [],
    'HAR: equal operations, status and times; bodies decoded, framing and spelling of fields its own',
    () => {
      const kept = ({ operation, status, request, response }: Exchange) => {
        const times = [toldMessage(request), toldMessage(response)].map((told) => [
          told?.firstByteAt,
          told?.lastByteAt,
        ]);
        return { operation, status, times };
      };
      for (const { file, exchanges } of files) {
        const out = exported('har', exchanges.filter(isPlain));
        if (out.kept.length === 0) continue;
        const back = imported(out.bytes);
        expect(comparable(back.exchanges, kept), file).toEqual(comparable(out.kept, kept));
        // What HAR decoded once it finds decoded: a second time nothing changes.
        const again = exported('har', back.exchanges);
        expect(comparable(imported(again.bytes).exchanges), file).toEqual(comparable(back.exchanges));
      }
    },
  );

  describeWith(['tshark'], 'tshark', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'bytecopy-tshark-'));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    testWith(
      [],
      'opens what was exported: right checksums, as many requests and answers, no expert error or warning',
      () => {
        const http = files.flatMap(({ exchanges }) =>
          exchanges.filter((exchange) => isPlain(exchange) && isOrdinary(exchange)),
        );
        expect(http.length).toBeGreaterThan(200);
        const path = join(folder, 'a.pcapng');
        writeFileSync(path, exported('pcapng', http).bytes);
        const checks = ['tcp.check_checksum:TRUE', 'ip.check_checksum:TRUE', 'tcp.desegment_tcp_streams:TRUE'];
        const tell = (filter: string) => {
          const args = [
            '-r',
            path,
            ...checks.flatMap((check) => ['-o', check]),
            '-Y',
            filter,
            '-T',
            'fields',
            '-e',
            'frame.number',
          ];
          const { stdout, status, stderr } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 1e8 });
          expect(status, stderr).toBe(0);
          return stdout.split('\n').filter((line) => line !== '');
        };
        expect(tell('tcp.checksum.status == 0 || ip.checksum.status == 0')).toEqual([]);
        expect(tell('tcp.analysis.flags && !tcp.analysis.window_full && !tcp.analysis.reused_ports')).toEqual([]);
        expect(tell('_ws.malformed')).toEqual([]);
        expect(tell('frame.comment contains "exchange "')).toHaveLength(http.length);
      },
    );
  });
});

function isListed(file: string): boolean {
  return Object.keys(PCAPNG_DIFFERS).some((end) => file.endsWith(end));
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, place) => text === other[place]);
}

function isWhole({ response }: Exchange): boolean {
  return response?.complete === true && !response.truncated && response.missing.length === 0;
}

/** Of HTTP/1 as it is specified: answers to HTTP/0.9 have no head that HAR could keep. */
function isPlain(exchange: Exchange): boolean {
  const { protocol, notes, request } = exchange;
  return protocol === 'http1' && request !== undefined && request.complete && !notes.includes('http-0.9');
}

function isOrdinary(exchange: Exchange): boolean {
  return exchange.outcome === 'paired' && isWhole(exchange) && exchange.notes.length === 0;
}
