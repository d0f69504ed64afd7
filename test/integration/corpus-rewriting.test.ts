/** Real requests: serialised they are the bytes of the stream, rewritten they differ in what was named only; all bodies are viewed. */
import { expect } from 'vitest';
import { systemClock } from '../../cli/clock.ts';
import { PATIENT, runPipeline } from '../../cli/pipeline/pipeline.ts';
import { openCaptureSource, StreamAssembler } from '../../collector/index.ts';
import { type Exchange, Ledger, type Message, messageBytes, type StreamChunk } from '../../core/index.ts';
import { parseHead, type RequestEdits, RequestRewriter, serialiseRequest, viewBody } from '../../parser/index.ts';
import { conversation } from '../support/conversation.ts';
import { type CorpusFile, readCorpusIndex } from '../support/corpus/index-file.ts';
import { testWith } from '../support/requirements.ts';

/** Bodies of complete messages that are not what they are declared to be, and why. */
const NOT_AS_DECLARED: Readonly<Record<string, string>> = {
  'OISF+suricata-verify/tests/http-encoding-gzip-uncompressed/input.pcap: broken': 'gzip is declared, JSON is sent',
  'zeek+zeek/testing/btest/Traces/http/smuggle-http-request.pcap: incomplete': 'a gzip stream without its end',
};

/** Stream bytes by flow and direction; a hole is filled with zeros. */
class Streams {
  readonly #bytes = new Map<string, Buffer>();

  take(chunk: StreamChunk): void {
    if (chunk.kind !== 'data') return;
    const key = `${chunk.flow.id} ${chunk.direction}`;
    const before = this.#bytes.get(key) ?? Buffer.alloc(0);
    const missing = chunk.offset + chunk.bytes.length - before.length;
    const longer = missing > 0 ? Buffer.concat([before, Buffer.alloc(missing)]) : before;
    longer.set(chunk.bytes, chunk.offset);
    this.#bytes.set(key, longer);
  }

  /** The bytes at an offset of either direction: the ends of a flow without handshake may have been exchanged. */
  at(flow: string, offset: number, byteCount: number): readonly Buffer[] {
    return [0, 1].map((direction) =>
      (this.#bytes.get(`${flow} ${direction}`) ?? Buffer.alloc(0)).subarray(offset, offset + byteCount),
    );
  }
}

async function read({ path }: CorpusFile): Promise<{ exchanges: Exchange[]; streams: Streams }> {
  const streams = new Streams();
  const assembler = new StreamAssembler(PATIENT, { ledger: new Ledger() });
  let at = 0;
  for await (const packets of openCaptureSource({ kind: 'file', path }).packets()) {
    for (const packet of packets) {
      for (const chunk of assembler.push(packet)) streams.take(chunk);
      at = Math.max(at, packet.at);
    }
  }
  for (const chunk of assembler.end(at)) streams.take(chunk);
  const exchanges: Exchange[] = [];
  const sink = { name: 'list', exchange: (one: Exchange) => void exchanges.push(one), finish: async () => {} };
  const options = { parser: {}, assembler: {}, tickMs: 200 };
  await runPipeline(openCaptureSource({ kind: 'file', path }), options, {
    clock: systemClock,
    ledger: new Ledger(),
    sinks: [sink],
  });
  return { exchanges: exchanges.filter(({ protocol }) => protocol === 'http1'), streams };
}

const EDITS: RequestEdits = {
  setHeaders: [['X-Env', 'candidate']],
  removeHeaders: ['X-Nobody-Sends-This'],
  host: 'candidate.example:8081',
  path: (path) => `/v2${path}`,
  query: { set: [['copy', '1']] },
};

/** The head without what {@link EDITS} names. */
function unnamed(message: Message): string {
  const head = Buffer.from(messageBytes(message)).subarray(0, message.headByteCount).toString('latin1');
  return head
    .slice(head.indexOf('\n') + 1)
    .split(/(?<=\n)(?![ \t])/)
    .filter((line) => !/^(?:host|x-env)[ \t]*:/i.test(line))
    .join('');
}

function reparsed(bytes: Uint8Array): Message | undefined {
  return conversation().client(bytes).end().exchanges[0]?.request;
}

testWith(
  ['corpus'],
  'requests of the corpus, serialised, rewritten and viewed',
  async () => {
    let [requests, rewritten] = [0, 0];
    const views = new Map<string, number>();
    const problems: string[] = [];
    for (const file of readCorpusIndex().filter(({ requests: count }) => count > 0)) {
      const { exchanges, streams } = await read(file);
      for (const exchange of exchanges) {
        for (const message of [exchange.request, exchange.response]) {
          if (message === undefined) continue;
          const { codings, problem } = viewBody(message);
          if (message.complete && codings.length > 0) {
            const name = `${codings.join(', ')}${problem === undefined ? '' : `: ${problem}`}`;
            views.set(name, (views.get(name) ?? 0) + 1);
            if (problem !== undefined) problems.push(`${file.file}: ${problem}`);
          }
        }
        const bytes = serialiseRequest(exchange);
        const { request } = exchange;
        expect(bytes !== undefined).toBe(request?.complete === true);
        if (bytes === undefined || request === undefined) continue;
        requests++;
        const captured = streams.at(exchange.flow.id, request.streamOffset, bytes.length);
        expect(
          captured.some((one) => one.equals(bytes)),
          `${file.file}: ${exchange.operation}`,
        ).toBe(true);
        expect(Buffer.concat(new RequestRewriter({}).rewrite(request)).equals(bytes)).toBe(true);
        const head = parseHead(request);
        if (head.kind !== 'request' || head.version === '0.9') continue;
        const changed = Buffer.concat(new RequestRewriter(EDITS).rewrite(request));
        const again = reparsed(changed);
        if (again === undefined) {
          expect.unreachable(`${file.file}: ${exchange.operation} is no request any more`);
          continue;
        }
        rewritten++;
        expect([again.complete, again.byteCount], file.file).toEqual([true, changed.length]);
        expect(changed.subarray(again.headByteCount).equals(bytes.subarray(request.headByteCount)), file.file).toBe(
          true,
        );
        expect(unnamed(again), file.file).toBe(unnamed(request));
      }
    }
    const table = [
      `requests equal to their stream   ${requests}`,
      `rewritten                        ${rewritten}`,
      ...[...views].sort().map(([name, count]) => `bodies of ${name.padEnd(23)}${count}`),
    ];
    console.log(table.map((line) => `  ${line}`).join('\n'));
    expect(problems.sort()).toEqual(Object.keys(NOT_AS_DECLARED));
    expect(requests).toBeGreaterThan(300);
    expect(rewritten).toBeGreaterThan(requests * 0.9);
  },
  120_000,
);
