/** Every exchange of the corpus is prepared to be sent, or it is told why not. */
import { expect } from 'vitest';
import { type Exchange, type Message, messageBytes, type PreparedRequest } from '../../core/index.ts';
import { toHttp2Request } from '../../emitter/http2/http2-request.ts';
import { checkReplayOptions } from '../../emitter/options.ts';
import { RequestPreparer } from '../../emitter/request/request-preparer.ts';
import { parseTarget } from '../../emitter/target.ts';
import { parseHead, rewriteThrift } from '../../parser/index.ts';
import { exchangesOf } from '../support/corpus/exchanges-of.ts';
import { readCorpusIndex } from '../support/corpus/index-file.ts';
import { testWith } from '../support/requirements.ts';

const options = checkReplayOptions({ target: 'tcp://192.0.2.1:9', runId: 'run', writes: 'allow' });

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const sentBytes = ({ parts }: PreparedRequest): Buffer => Buffer.concat(parts);
const recordedBytes = ({ request }: Exchange): Uint8Array => messageBytes(request as Message);

/** The marker's line taken out, and nothing else changed but where the connection was to be closed. */
function expectHttp(exchange: Exchange, request: PreparedRequest): void {
  const unmarked = latin1(sentBytes(request)).replace(/x-bytecopy-replay: run\r?\n/, '');
  const keptAlive = (text: string) => text.replace(/^connection:[^\n]*\n/gim, '');
  expect(keptAlive(unmarked)).toBe(keptAlive(latin1(recordedBytes(exchange))));
  const said = toHttp2Request(request);
  if (said === undefined) return;
  const head = parseHead({ parts: request.parts, headByteCount: exchange.request?.headByteCount ?? 0 });
  expect(said.verb).toBe(head.kind === 'request' ? head.verb : '');
}

/** Another id written over its places is the rewritten call. */
function expectThrift(exchange: Exchange, request: PreparedRequest): void {
  const { sequence } = request;
  expect(sequence?.recorded).toBe(Number(exchange.attributes.sequenceId));
  const changed = sentBytes(request);
  const id = (sequence?.recorded ?? 0) ^ 1;
  for (const { offset, byteCount, form } of sequence?.places ?? []) {
    if (form === 'i32') changed.writeInt32BE(id, offset);
    else changed[offset] = (changed[offset] as number) ^ 1;
    expect(byteCount).toBeGreaterThan(0);
  }
  const { parts } = rewriteThrift({ parts: request.parts, complete: true, truncated: false }, { sequenceId: id });
  expect(latin1(Buffer.concat(parts ?? []))).toBe(latin1(changed));
}

testWith(
  ['corpus'],
  'what is prepared of real traffic is the traffic',
  async () => {
    const preparer = new RequestPreparer(options, [parseTarget(options.target)], undefined);
    const outcomes = new Map<string, number>();
    for (const { path } of readCorpusIndex().filter(({ file }) => /\.pcap/.test(file))) {
      const { exchanges } = await exchangesOf(path);
      for (const exchange of exchanges) {
        const reason = preparer.check(exchange);
        const key = `${exchange.protocol} ${exchange.outcome}: ${reason ?? 'sent'}`;
        outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
        if (reason !== undefined) continue;
        const request = preparer.build(exchange);
        expect(request.byteCount).toBe(sentBytes(request).length);
        if (request.protocol === 'http1') expectHttp(exchange, request);
        else if (request.protocol === 'thrift') expectThrift(exchange, request);
        else expect(latin1(sentBytes(request))).toBe(latin1(recordedBytes(exchange)));
      }
    }
    for (const kind of ['http1 paired: sent', 'thrift paired: sent', 'tcp session: sent']) {
      expect(outcomes.get(kind) ?? 0).toBeGreaterThan(0);
    }
  },
  300_000,
);
