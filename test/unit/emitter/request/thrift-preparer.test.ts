import { describe, expect, test } from 'vitest';
import type { Exchange, NotSentReason, PreparedRequest } from '../../../../core/index.ts';
import { checkReplayOptions, type ReplayOptions } from '../../../../emitter/options.ts';
import { RequestPreparer } from '../../../../emitter/request/request-preparer.ts';
import { parseTarget, TargetGuard } from '../../../../emitter/target.ts';
import { hasThriftHeader, viewThriftBody } from '../../../../parser/index.ts';
import { thriftExchange } from '../../../support/emitter/recorded-thrift.ts';
import { RECORDED_FLOW } from '../../../support/emitter/recording.ts';
import { framed, KIND, meshHeader, theader, ttheader } from '../../../support/thrift/index.ts';

function preparer(options: Partial<ReplayOptions> = {}, target = 'tcp://192.0.2.1:81'): RequestPreparer {
  const checked = checkReplayOptions({ target, runId: 'run', writes: 'allow', ...options });
  const parsed = parseTarget(target);
  return new RequestPreparer(checked, [parsed], {
    guard: new TargetGuard(parsed, [{ address: parsed.hostname, port: parsed.port }]),
  });
}

const refusal = (recorded: Exchange, options?: Partial<ReplayOptions>): NotSentReason | undefined =>
  preparer(options).check(recorded);
const built = (recorded: Exchange, options?: Partial<ReplayOptions>): PreparedRequest => {
  const one = preparer(options);
  expect(one.check(recorded)).toBeUndefined();
  return one.build(recorded);
};
const bytesOf = (recorded: Exchange) => Buffer.concat(recorded.request?.parts ?? []);

describe('a call', () => {
  test('goes as recorded, with the place of its sequence id', () => {
    const recorded = thriftExchange();
    expect(built(recorded)).toEqual({
      exchange: recorded.id,
      protocol: 'thrift',
      wire: 'thrift framed binary',
      operation: 'find',
      verb: '',
      parts: [bytesOf(recorded)],
      byteCount: bytesOf(recorded).length,
      repeatable: false,
      expects: 'answer',
      sequence: { recorded: 7, places: [{ offset: 16, byteCount: 4, form: 'i32' }] },
      turns: [],
      recordedAnswer: 'reply',
    });
  });

  test('headers to set and to remove are HTTP’s', () => {
    const recorded = thriftExchange();
    const options: Partial<ReplayOptions> = { setHeaders: [['a', 'b']], removeHeaders: ['c'], host: 'x' };
    expect(built(recorded, options).parts).toEqual([bytesOf(recorded)]);
  });

  test.each([
    ['theader', (payload: Buffer) => theader(payload, { sequenceId: 7, text: { a: 'b' } }), 2],
    ['ttheader', (payload: Buffer) => ttheader(payload, { sequenceId: 7 }), 2],
    ['ttheader-framed', (payload: Buffer) => ttheader(framed(payload), { sequenceId: 7 }), 2],
    ['mesh', (payload: Buffer) => meshHeader(payload, {}), 1],
  ])('%s: the marker is a header, and the places are those behind it', (transport, wrap, places) => {
    const { parts, byteCount, sequence } = built(thriftExchange({ transport, wrap }));
    const bytes = Buffer.concat(parts);
    expect(byteCount).toBe(bytes.length);
    expect(hasThriftHeader(bytes, 'x-bytecopy-replay')).toBe(true);
    expect(viewThriftBody(bytes)).toMatchObject({ problems: [], method: 'find' });
    expect(sequence?.places).toHaveLength(places);
    for (const { offset } of sequence?.places ?? []) expect(bytes.readInt32BE(offset)).toBe(7);
  });

  test('a header that cannot be read is sent as it is', () => {
    const broken = (payload: Buffer) => {
      const bytes = ttheader(payload, { sequenceId: 7, text: { a: 'b' } });
      bytes[16] = 0x55;
      return bytes;
    };
    const recorded = thriftExchange({ transport: 'ttheader', wrap: broken });
    expect(built(recorded)).toMatchObject({ parts: [bytesOf(recorded)], sequence: undefined });
  });

  test('an exception was its answer; it had none', () => {
    const attributes = { transport: 'framed', encoding: 'binary', call: 'call' };
    expect(built(thriftExchange({ attributes: { ...attributes, answer: 'exception' } })).recordedAnswer).toBe(
      'exception',
    );
    expect(built(thriftExchange({ attributes, outcome: 'request-only' }))).toMatchObject({
      recordedAnswer: '',
      expects: 'answer',
    });
  });

  test('a large one is cut into parts, and the place is found', () => {
    const { parts, byteCount, sequence } = built(thriftExchange({ argument: 'x'.repeat(1_500_000) }));
    expect(parts.map((part) => part.length)).toEqual([1_048_576, byteCount - 1_048_576]);
    expect(sequence?.places[0]?.offset).toBe(16);
  });

  test('kept in small pieces, it is one part', () => {
    const recorded = thriftExchange();
    const bytes = bytesOf(recorded);
    const cut = thriftExchange({ message: { parts: [bytes.subarray(0, 6), bytes.subarray(6)] } });
    expect(built(cut)).toMatchObject({ parts: [bytes], sequence: { recorded: 7 } });
  });
});

describe('oneways expect no answer', () => {
  test('sent as such, or as a call that nobody answers', () => {
    expect(built(thriftExchange({ kind: KIND.oneway }))).toMatchObject({ expects: 'none', recordedAnswer: 'oneway' });
    const asCall = thriftExchange({ outcome: 'request-only', reason: 'not-answered', notes: ['maybe-oneway'] });
    expect(built(asCall)).toMatchObject({ expects: 'none', recordedAnswer: 'oneway' });
  });

  test('where the server answered all the same, its answer is awaited: it would be taken for that of the next call', () => {
    const recorded = thriftExchange({ kind: KIND.oneway, notes: ['oneway-answered'] });
    const answered = { ...recorded, attributes: { ...recorded.attributes, answer: 'reply' } };
    expect(built(answered)).toMatchObject({ expects: 'answer', recordedAnswer: 'reply' });
  });

  test('a call that was answered is none, whatever is noted', () => {
    expect(built(thriftExchange({ notes: ['maybe-oneway'] })).expects).toBe('answer');
  });
});

describe('functions that only read', () => {
  test.each([
    ['getItem', ['get*'], true],
    ['Stock:getItem', ['get*'], true],
    ['Stock:getItem', ['Stock:get*'], true],
    ['Stock:getItem', ['Shop:get*'], false],
    ['getters:remove', ['get*'], false],
    ['getItem', ['Stock:get*'], false],
    ['forget', ['get*'], false],
    ['getItem', ['find', 'get?tem'], true],
    ['getItem', [], false],
  ])('%s with %j: %s', (name, readFunctions, reads) => {
    const recorded = thriftExchange({ name });
    expect(refusal(recorded, { writes: 'skip', readFunctions })).toBe(reads ? undefined : 'write-not-allowed');
    expect(built(recorded, { readFunctions }).repeatable).toBe(reads);
  });

  test('nothing said: the first of the others ends the run', () => {
    expect(() => refusal(thriftExchange({ name: 'Stock:put' }), { writes: 'undecided' })).toThrow(
      expect.objectContaining({ code: 'REPLAY_WRITES_UNDECIDED', message: expect.stringContaining('Stock:put') }),
    );
  });
});

describe('not sent', () => {
  const attributes = { transport: 'framed', encoding: 'binary', answer: 'reply' };

  test.each<[string, NotSentReason, Exchange]>([
    ['a reply alone', 'incomplete', thriftExchange({ outcome: 'response-only', message: null, attributes })],
    ['no call in it', 'incomplete', thriftExchange({ attributes })],
    ['no end', 'incomplete', thriftExchange({ outcome: 'request-only', message: { complete: false } })],
    ['a gap', 'incomplete', thriftExchange({ message: { missing: [{ offset: 9, byteCount: 1 }] } })],
    ['cut', 'truncated', thriftExchange({ message: { truncated: true } })],
    [
      'replayed traffic',
      'marked',
      thriftExchange({
        transport: 'theader',
        wrap: (payload) => theader(payload, { text: { 'X-Bytecopy-Replay': 'other' } }),
      }),
    ],
  ])('%s: %s', (_, reason, recorded) => {
    expect(refusal(recorded)).toBe(reason);
  });

  test('to the server it was recorded from', () => {
    const { address, port } = RECORDED_FLOW.server;
    expect(() => preparer({}, `thrift://${address}:${port}`).check(thriftExchange())).toThrow(
      expect.objectContaining({ code: 'REPLAY_TARGET_IS_RECORDED' }),
    );
  });
});
