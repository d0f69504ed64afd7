import { describe, expect, test } from 'vitest';
import { completenessOf, type Exchange } from '../../../../core/index.ts';
import { conversation, HANDSHAKE_FLOW, textOf } from '../../../support/conversation.ts';
import {
  call,
  type Encoding,
  exception,
  type Fields,
  framed,
  i32,
  list,
  map,
  mesh,
  message,
  oneway,
  reply,
  string,
  struct,
  theader,
  ttheader,
  u8,
  u32,
} from '../../../support/thrift/wire.ts';

const ARGUMENTS: Fields = [
  [1, i32(7)],
  [2, string('hello')],
  [3, list('i32', i32(1), i32(2))],
  [4, map('string', 'struct', [string('key'), struct([1, string('value')])])],
];

const binary = (...given: [Parameters<typeof call>[0], number?]) =>
  framed(message('binary', call(...given), ARGUMENTS));
const answer = (...given: [string, number?]) => framed(message('binary', reply(...given), [[0, i32(1)]]));

function words({ outcome, operation, reason, attributes }: Exchange): string {
  return [outcome, operation, attributes.answer ?? '', reason === '' ? '' : `(${reason})`].filter(Boolean).join(' ');
}

const told = (c: ReturnType<typeof conversation>) => c.end().exchanges.map(words);

const TRANSPORTS: Readonly<Record<string, (payload: Uint8Array) => Uint8Array>> = {
  unframed: (payload) => payload,
  framed,
  theader: (payload) => theader(payload, { sequenceId: 5, values: { a: 'b' } }),
  ttheader: (payload) => ttheader(payload, { sequenceId: 5, integers: { 9: 'add' }, values: { a: 'b' } }),
  'ttheader-framed': (payload) => ttheader(framed(payload), { token: 'secret' }),
  mesh: (payload) => mesh(payload, { a: 'b' }),
  'mesh-framed': (payload) => mesh(framed(payload), { a: 'b' }),
};
const ENCODINGS: readonly Encoding[] = ['binary', 'binary-old', 'compact'];

/** A name's length and a frame's length cannot be told apart inside these. */
const NEVER_OLD = new Set(['theader', 'ttheader', 'mesh']);

describe.each(Object.entries(TRANSPORTS))('%s', (transport, wrap) => {
  describe.each(ENCODINGS.filter((encoding) => encoding !== 'binary-old' || !NEVER_OLD.has(transport)))(
    '%s',
    (encoding) => {
      test.each([1, 3, 1000])('calls of every type, %i bytes a chunk', (cut) => {
        const c = conversation({}, HANDSHAKE_FLOW, cut)
          .client(wrap(message(encoding, call('add', 1), ARGUMENTS)))
          .server(wrap(message(encoding, reply('add', 1), [[0, struct([1, i32(3)])]])))
          .client(wrap(message(encoding, call('Service:find', 2))))
          .server(wrap(message(encoding, reply('Service:find', 2), [[1, struct([1, string('not found')])]])))
          .client(wrap(message(encoding, oneway('log', 3), ARGUMENTS)))
          .client(wrap(message(encoding, call('fail', -4), ARGUMENTS)))
          .server(
            wrap(
              message(encoding, exception('fail', -4), [
                [1, string('unknown')],
                [2, i32(1)],
              ]),
            ),
          );
        expect(told(c)).toEqual([
          'paired add reply',
          'paired Service:find reply',
          'oneway log',
          'paired fail exception',
        ]);
        const attributes = c.exchanges.map((exchange) => exchange.attributes);
        expect(attributes.map(({ result }) => result)).toEqual([undefined, 'declared-exception', undefined, undefined]);
        expect(attributes.map(({ sequenceId }) => sequenceId)).toEqual(['1', '2', '3', '-4']);
        expect(attributes.map((each) => each.call)).toEqual(['call', 'call', 'oneway', 'call']);
        for (const each of attributes) expect(each).toMatchObject({ transport, encoding });
        expect(c.ledger.report().facts).toMatchObject({
          'flows:thrift': 1,
          'thrift:call': 3,
          'thrift:reply': 2,
          'thrift:exception': 1,
          'thrift:oneway': 1,
        });
        expect(c.exchanges.every(({ notes }) => notes.length === 0)).toBe(true);
        const sent = wrap(message(encoding, call('add', 1), ARGUMENTS));
        const { request } = c.exchanges[0] as Exchange;
        expect(textOf(request)).toBe(Buffer.from(sent).toString('latin1'));
        const bare = message(encoding, call('add', 1));
        expect(request).toMatchObject({
          complete: true,
          byteCount: sent.length,
          headByteCount: wrap(bare).length - 1,
        });
      });
    },
  );
});

describe('pairing', () => {
  test('answers out of order find their calls by sequence id', () => {
    const c = conversation()
      .client(Buffer.concat([binary('a', 1), binary('a', 2), binary('b', 3)]))
      .server(Buffer.concat([answer('b', 3), answer('a', 2), answer('a', 1)]));
    expect(told(c)).toEqual(['paired b reply', 'paired a reply', 'paired a reply']);
    expect(c.exchanges.map(({ id }) => id.offset)).toEqual([2 * binary('a').length, binary('a').length, 0]);
  });

  test('sequence id 0 throughout: the order of the stream decides', () => {
    const c = conversation()
      .client(Buffer.concat([binary('a'), binary('a'), binary('a')]))
      .server(Buffer.concat([answer('a'), answer('a'), answer('a')]));
    expect(told(c)).toHaveLength(3);
    expect(c.exchanges.map(({ id }) => id.offset)).toEqual([0, 1, 2].map((n) => n * binary('a').length));
  });

  test('a oneway that is sent as a call is not answered, and noted where others of its kind are', () => {
    const c = conversation()
      .client(binary('add'))
      .server(answer('add'))
      .client(Buffer.concat([binary('zip'), binary('zip'), binary('add')]))
      .server(answer('add'));
    expect(told(c)).toEqual([
      'paired add reply',
      'request-only zip (not-answered)',
      'request-only zip (not-answered)',
      'paired add reply',
    ]);
    expect(c.exchanges.map(({ notes }) => notes)).toEqual([[], ['maybe-oneway'], ['maybe-oneway'], []]);
  });

  test('calls that seem to be oneways do not count as incomplete', () => {
    const c = conversation()
      .client(binary('zip', 1))
      .client(binary('add', 2))
      .server(answer('add', 2))
      .client(binary('lost', 3));
    expect(told(c)).toContain('request-only zip (not-answered)');
    expect(completenessOf(c.ledger.report())).toMatchObject({ complete: 2, lone: 1, broken: 0 });
  });

  const log = (id = 0) => framed(message('binary', oneway('log', id), ARGUMENTS));

  test.each([0, 7])('the reply that some servers send to a oneway belongs to it, sequence id %d', (id) => {
    const c = conversation().client(log(id)).close(0).server(answer('log', id));
    expect(told(c)).toEqual(['oneway log reply']);
    const [exchange] = c.exchanges;
    expect(exchange).toMatchObject({ reason: '', notes: ['oneway-answered'], attributes: { call: 'oneway' } });
    expect(textOf(exchange?.response)).toBe(Buffer.from(answer('log', id)).toString('latin1'));
    expect(completenessOf(c.ledger.report())).toMatchObject({ complete: 1, lone: 0, broken: 0 });
  });

  test('a reply to a oneway that breaks off breaks nothing', () => {
    const c = conversation().client(log()).server(answer('log').subarray(0, -3)).close(1, 'rst');
    expect(told(c)).toEqual(['oneway log reply']);
    expect(completenessOf(c.ledger.report())).toMatchObject({ complete: 1, lone: 0, broken: 0 });
  });

  test('a oneway leaves when a later call is answered, a second passes, many wait, or the server closes', () => {
    const later = conversation().client(log()).client(binary('a')).server(answer('a'));
    expect(later.exchanges.map(words)).toEqual(['oneway log', 'paired a reply']);
    expect(conversation().client(log()).wait(3000).exchanges.map(words)).toEqual(['oneway log']);
    expect(conversation().client(log()).close(1).exchanges.map(words)).toEqual(['oneway log']);
    expect(conversation().close(1).client(log()).exchanges.map(words)).toEqual(['oneway log']);
    const many = conversation().client(Buffer.concat(Array.from({ length: 20 }, (_, id) => log(id))));
    expect(many.exchanges).toHaveLength(4);
    const long = framed(message('binary', oneway('log'), [[1, string('x'.repeat(20_000))]]));
    expect(conversation().client(long).exchanges.map(words)).toEqual(['oneway log']);
  });

  test('a oneway and a call of one id: each gets its own reply', () => {
    const c = conversation()
      .client(Buffer.concat([log(), binary('a')]))
      .server(Buffer.concat([answer('log'), answer('a')]));
    expect(told(c)).toEqual(['oneway log reply', 'paired a reply']);
  });

  test('with ids of their own, calls that were passed over wait until the end', () => {
    const c = conversation()
      .client(Buffer.concat([binary('a', 1), binary('b', 2)]))
      .server(answer('b', 2))
      .wait(1000);
    expect(c.exchanges.map(words)).toEqual(['paired b reply']);
    expect(told(c.close(1))).toEqual(['paired b reply', 'request-only a (not-answered)']);
  });

  test.each([
    ['fin', 'closed-before-response'],
    ['rst', 'reset'],
    ['timeout', 'timeout'],
  ] as const)('a call without answer when the server closes: %s', (close, reason) => {
    expect(told(conversation().client(binary('a', 1)).close(1, close))).toEqual([`request-only a (${reason})`]);
  });

  test('a late answer is given to no other call', () => {
    const c = conversation({ answerTimeoutMs: 1000 }).client(binary('a')).wait(5000);
    expect(c.exchanges.map(words)).toEqual(['request-only a (timeout)']);
    c.client(binary('a')).server(answer('a')).server(answer('a'));
    expect(told(c).slice(1)).toEqual(['response-only a reply (request-timed-out)', 'paired a reply']);
  });

  test('too many pending calls end the oldest', () => {
    const c = conversation({ maxPendingRequests: 2 }).client(Buffer.concat([1, 2, 3].map((id) => binary('a', id))));
    expect(c.exchanges.map(words)).toEqual(['request-only a (too-many-pending)']);
    expect(told(c.server(answer('a', 2)))).toContain('paired a reply');
  });

  test('oneways that are sent as calls with ids of their own make room for others', () => {
    const c = conversation({ maxPendingRequests: 2 });
    for (let id = 1; id < 20; id += 2) {
      c.client(binary('zip', id))
        .client(binary('a', id + 1))
        .server(answer('a', id + 1));
    }
    expect(c.exchanges.map(words).slice(-3)).toEqual([
      'paired a reply',
      'request-only zip (not-answered)',
      'paired a reply',
    ]);
    expect(told(c).filter((line) => line === 'paired a reply')).toHaveLength(10);
  });

  test('answers that are not quite the call’s are paired when nothing else waits, and noted', () => {
    const c = conversation()
      .client(binary('a', 1))
      .server(answer('a', 99))
      .client(binary('b', 2))
      .server(answer('other', 2))
      .client(binary('c', 3))
      .server(message('binary', reply('c', 3)));
    expect(told(c)).toEqual(['paired a reply', 'paired b reply', 'paired c reply']);
    expect(c.exchanges.map(({ notes }) => notes)).toEqual([
      ['sequence-id-differs'],
      ['method-differs'],
      ['reply-without-frame'],
    ]);
  });

  test('the reply to a multiplexed call comes under the plain name', () => {
    const c = conversation()
      .client(Buffer.concat([binary('One:find', 1), binary('Two:find', 2)]))
      .server(Buffer.concat([answer('find', 2), answer('find', 1)]))
      .client(binary('One:find', 3))
      .server(answer('find', 9));
    expect(told(c)).toEqual(['paired Two:find reply', 'paired One:find reply', 'paired One:find reply']);
    expect(c.exchanges.map(({ notes }) => notes)).toEqual([[], [], ['sequence-id-differs']]);
  });

  test('a sequence id that is used again while its call waits is noted', () => {
    const c = conversation()
      .client(Buffer.concat([binary('a', 5), binary('b', 5)]))
      .server(answer('b', 5));
    expect(told(c)).toEqual(['request-only a (not-answered)', 'paired b reply']);
    expect(c.exchanges[1]?.notes).toEqual(['sequence-id-reused']);
  });

  test('an answer to nothing, and messages that come from the wrong side', () => {
    const c = conversation()
      .client(binary('a', 1))
      .server(answer('a', 1))
      .server(answer('a', 1))
      .server(binary('up', 1));
    c.client(answer('down', 1));
    expect(told(c)).toEqual([
      'paired a reply',
      'response-only a reply (no-request)',
      'response-only up (call-from-server)',
      'request-only down (reply-from-client)',
    ]);
  });

  test('an answer that begins before the call has ended', () => {
    const sent = binary('a', 1);
    const c = conversation().client(sent.subarray(0, 30)).server(answer('a', 1)).client(sent.subarray(30));
    expect(told(c)).toEqual(['paired a reply']);
    expect(c.exchanges[0]?.notes).toEqual(['early-reply']);
  });

  test('calls are announced when they are whole, with the id of their exchange', () => {
    const c = conversation()
      .client(binary('a', 1))
      .client(framed(message('binary', oneway('b', 2))));
    expect(c.ready.map(({ operation, attributes }) => [operation, attributes.call])).toEqual([
      ['a', 'call'],
      ['b', 'oneway'],
    ]);
    c.server(answer('a', 1)).end();
    expect(c.exchanges.map(({ id }) => id)).toEqual([c.ready[0]?.id, c.ready[1]?.id]);
  });
});

describe('headers', () => {
  const withValues = (values: Record<string, string>) => theader(message('binary', call('a', 1)), { values });

  test('a trace id in THeader, TTHeader and MeshHeader values, whatever the case of the key', () => {
    const plain = message('binary', call('a', 1));
    const traces = [
      withValues({ 'X-Trace-Id': 'T1' }),
      theader(plain, { persistent: { 'x-trace-id': 'T1' } }),
      ttheader(plain, { values: { other: 'x', 'x-trace-id': 'T1' }, integers: { 9: 'a' }, token: 't' }),
      ttheader(framed(plain), { values: { 'x-trace-id': 'T1' } }),
      mesh(plain, { 'x-trace-id': 'T1' }),
    ].map(
      (sent) => told(conversation().client(sent)) && conversation().client(sent).end().exchanges[0]?.trace?.traceId,
    );
    expect(traces).toEqual(['T1', 'T1', 'T1', 'T1', 'T1']);
  });

  test('traceparent, and the log id of Kitex', () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const c = conversation()
      .client(withValues({ traceparent: `00-${trace}-00f067aa0ba902b7-01` }))
      .client(ttheader(message('binary', call('b', 2)), { integers: { 2: '20261121' } }))
      .end();
    expect(c.exchanges.map((exchange) => exchange.trace)).toEqual([
      { traceId: trace, spanId: '', parentSpanId: '00f067aa0ba902b7' },
      { traceId: '20261121', spanId: '', parentSpanId: '' },
    ]);
  });

  test('the services of TTHeader, where the config names none', () => {
    const both = ttheader(message('binary', call('a', 1)), { integers: { 3: 'front', 6: 'items' } });
    const none = ttheader(message('binary', call('b', 2)), { integers: { 3: 'x'.repeat(129), 6: '' } });
    const servicesOf = (c: ReturnType<typeof conversation>) =>
      c
        .client(both)
        .client(none)
        .end()
        .exchanges.map(({ source, service }) => [source, service]);
    const { client, server } = HANDSHAKE_FLOW;
    const address = `${server.address}:${server.port}`;
    const unnamed = conversation();
    expect(servicesOf(unnamed)).toEqual([
      ['front', 'items'],
      ['', address],
    ]);
    expect(unnamed.ledger.report().facts['services-unnamed']).toBe(1);
    const services = [
      { name: 'shop', address: server.address },
      { name: 'web', address: client.address },
    ];
    expect(servicesOf(conversation({ services }))).toEqual([
      ['web', 'shop'],
      ['web', 'shop'],
    ]);
  });

  test('B3 in several values', () => {
    const c = conversation().client(
      withValues({ 'X-B3-TraceId': 'AB', 'X-B3-SpanId': 'CD', 'X-B3-ParentSpanId': 'EF' }),
    );
    expect(c.end().exchanges[0]?.trace).toEqual({ traceId: 'ab', spanId: 'cd', parentSpanId: 'ef' });
  });

  test('a header without payload is a message too, and the next one is read', () => {
    const c = conversation()
      .client(ttheader(message('binary', call('a', 1))))
      .client(ttheader(u8(), { sequenceId: 2 }))
      .server(ttheader(u8(), { sequenceId: 2 }))
      .server(ttheader(message('binary', reply('a', 1))));
    expect(told(c)).toEqual(['paired', 'paired a reply']);
    expect(c.exchanges[0]?.notes).toEqual(['payload-not-read']);
  });

  test('a replayed call gives no event, nor does its answer', () => {
    const c = conversation()
      .client(withValues({ 'X-ByteCopy-Replay': '1' }))
      .server(theader(message('binary', reply('a', 1))));
    expect(told(c)).toEqual([]);
    expect(c.ready).toEqual([]);
    expect(c.ledger.account('messages', '').aside('left-out', 'replayed')).toBe(2);
  });

  test.each(ENCODINGS)('a trace id in a field of the arguments, %s', (encoding) => {
    const fields: Fields = [
      [1, struct([1, list('string', string('x'))], [255, struct([1, string('TRACE')])])],
      [2, i32(1)],
    ];
    const c = conversation({ traceFields: ['9', '1.255.1'] }).client(message(encoding, call('a', 1), fields));
    expect(c.end().exchanges[0]?.trace?.traceId).toBe('TRACE');
    for (const traceFields of [['1.1'], ['1.255'], ['2'], ['1.255.1.1'], ['3']]) {
      const none = conversation({ traceFields })
        .client(message(encoding, call('a', 1), fields))
        .end();
      expect(none.exchanges[0]?.trace).toBeUndefined();
    }
  });

  test('a path that is none is refused', () => {
    expect(() => conversation({ traceFields: ['1..2'] })).toThrow(/traceFields has "1..2"/);
  });

  test('a zlib payload is inflated as far as its head', () => {
    const fields: Fields = [[1, string('x'.repeat(5000))]];
    const c = conversation()
      .client(theader(message('compact', call('big', 9), fields), { zlib: true, protocol: 2, sequenceId: 9 }))
      .server(theader(message('compact', reply('big', 9), [[1, string('y')]]), { zlib: true, sequenceId: 9 }))
      .client(theader(message('binary', oneway('log', 10)), { zlib: true, sequenceId: 10 }));
    expect(told(c)).toEqual(['paired big reply', 'oneway log']);
    expect(c.exchanges[0]).toMatchObject({
      notes: ['transformed'],
      attributes: { encoding: 'compact', sequenceId: '9', result: 'declared-exception' },
    });
  });

  test('counting only, a compressed payload is told apart all the same', () => {
    const factsOf = (countOnly: boolean) => {
      const c = conversation({ countOnly })
        .client(theader(message('binary', call('a', 1)), { zlib: true, sequenceId: 1 }))
        .server(theader(message('binary', reply('a', 1)), { zlib: true, sequenceId: 1 }))
        .client(theader(message('binary', oneway('log', 2)), { zlib: true, sequenceId: 2 }))
        .client(binary('b', 3));
      const { facts, balanced } = c.end().ledger.report();
      expect(balanced).toBe(true);
      expect(c.exchanges).toHaveLength(countOnly ? 0 : 3);
      return facts;
    };
    expect(factsOf(true)).toEqual(factsOf(false));
    expect(factsOf(true)).toMatchObject({ 'thrift:oneway': 1, 'exchanges:oneway': 1, 'thrift:reply': 1 });
  });

  test('a payload of a transform that cannot be undone is paired by the header’s sequence id', () => {
    const opaque = (id: number) => theader(u8(1, 2, 3, 4), { transforms: [3], sequenceId: id });
    const c = conversation()
      .client(Buffer.concat([opaque(1), opaque(2)]))
      .server(opaque(2))
      .server(opaque(1));
    expect(told(c)).toEqual(['paired', 'paired']);
    expect(c.exchanges.map(({ attributes }) => attributes.sequenceId)).toEqual(['2', '1']);
  });
});

describe('losses', () => {
  const three = [1, 2, 3].map((id) => binary('a', id));
  const answers = [1, 2, 3].map((id) => answer('a', id));

  test('bytes lost in a frame are missing in its message only', () => {
    const [first, second, third] = three as [Buffer, Buffer, Buffer];
    const c = conversation().client(first).client(second.subarray(0, 40)).lose(0, 10);
    c.client(second.subarray(50)).client(third).server(Buffer.concat(answers));
    expect(told(c)).toEqual(['paired a reply', 'paired a reply (gap)', 'paired a reply']);
    expect(c.exchanges[1]?.request).toMatchObject({ complete: false, missing: [{ offset: 40, byteCount: 10 }] });
  });

  test('bytes lost in the head of a frame lose that message only', () => {
    const [first, second, third] = three as [Buffer, Buffer, Buffer];
    const c = conversation().client(first).client(second.subarray(0, 10)).lose(0, 10);
    c.client(second.subarray(20)).client(third).server(Buffer.concat(answers));
    expect(told(c)).toEqual(['paired a reply', 'response-only a reply (request-not-seen)', 'paired a reply']);
    expect(c.ledger.account('stream bytes', '').aside('discarded', 'gap-in-head')).toBe(second.length - 10);
  });

  test('bytes lost between frames: reading goes on at the next frame, wherever it is in the chunk', () => {
    const [first, second, third] = three as [Buffer, Buffer, Buffer];
    const c = conversation()
      .client(first)
      .lose(0, 30)
      .client(Buffer.concat([second.subarray(30), third]));
    c.server(Buffer.concat(answers));
    expect(told(c)).toEqual(['paired a reply', 'response-only a reply (request-not-seen)', 'paired a reply']);
    expect(c.ledger.account('stream bytes', '').aside('discarded', 'after-gap')).toBe(second.length - 30);
  });

  test('bytes lost in the text of an unframed message are missing in it only', () => {
    const sent = message('binary', call('a', 1), [[1, string('x'.repeat(100))]]);
    const c = conversation().client(sent.subarray(0, 60)).lose(0, 20).client(sent.subarray(80));
    c.client(message('binary', call('b', 2))).server(message('binary', reply('a', 1)));
    expect(told(c.server(message('binary', reply('b', 2))))).toEqual(['paired a reply (gap)', 'paired b reply']);
  });

  test('answers lost where ids tell nothing: calls that waited are not paired any more', () => {
    const [x, y] = [binary('a'), answer('a')];
    const c = conversation().client(x).server(y).client(x).lose(1, y.length).client(x).server(y);
    expect(told(c)).toEqual(['paired a reply', 'request-only a (gap)', 'paired a reply']);
    expect(c.exchanges[2]?.id.offset).toBe(2 * x.length);
  });

  test('calls lost where ids tell nothing: their answers are given to no other call', () => {
    const [x, y] = [binary('a'), answer('a')];
    const c = conversation().client(x).server(y).lose(0, x.length).server(y).client(x).server(y);
    expect(told(c)).toEqual(['paired a reply', 'response-only a reply (request-not-seen)', 'paired a reply']);
  });

  test('a flow seen from its middle', () => {
    const flow = { ...HANDSHAKE_FLOW, orientation: 'guess' as const };
    const c = conversation({}, flow)
      .server('lo world\0')
      .server(answer('a', 1))
      .client(binary('b', 2))
      .server(answer('b', 2));
    expect(told(c)).toEqual(['response-only a reply (request-not-seen)', 'paired b reply']);
  });

  test('the side that replies is the server, whatever was guessed', () => {
    const flow = { ...HANDSHAKE_FLOW, orientation: 'guess' as const };
    const c = conversation({}, flow).say(1, binary('a', 1)).say(0, answer('a', 1));
    expect(told(c)).toEqual(['paired a reply']);
    expect(c.exchanges[0]?.flow.server).toEqual(HANDSHAKE_FLOW.client);
  });

  test('a message cut off by the end of the flow', () => {
    const c = conversation().client(binary('a', 1).subarray(0, 50)).close(0).close(1);
    expect(told(c)).toEqual(['request-only a (closed-before-response)']);
    expect(c.exchanges[0]?.request?.complete).toBe(false);
  });
});

describe('limits', () => {
  test('a long message is truncated with its true length', () => {
    const sent = framed(message('binary', call('a', 1), [[1, string('x'.repeat(5000))]]));
    const c = conversation({ maxBodyBytes: 100 }).client(sent).end();
    expect(c.exchanges[0]?.request).toMatchObject({ truncated: true, byteCount: sent.length });
    expect(textOf(c.exchanges[0]?.request)).toHaveLength(100 + sent.length - 5008);
  });

  test('what a flow keeps is bounded: messages are cut, heads that go on are given up', () => {
    const long = framed(message('binary', call('a', 1), [[1, string('x'.repeat(5000))]]));
    const c = conversation({ maxFlowPendingBytes: 1000 }, HANDSHAKE_FLOW, 100).client(binary('b', 2)).client(long);
    const header = theader(message('binary', call('c', 3)), { values: { long: 'x'.repeat(3000) } });
    expect(told(c.client(header).client(binary('d', 4)))).toEqual(
      ['b', 'a', 'd'].map((name) => `request-only ${name} (source-ended)`),
    );
    expect(c.exchanges[1]?.request).toMatchObject({ truncated: true, byteCount: long.length });
    expect(c.ledger.account('stream bytes', '').aside('discarded', 'pending-limit')).toBeGreaterThan(0);
  });

  test('a frame of several megabytes is one message', () => {
    const sent = framed(message('binary', call('a', 1), [[1, string('x'.repeat(5_000_000))]]));
    const c = conversation({}, HANDSHAKE_FLOW, 60_000).client(sent).server(answer('a', 1));
    expect(told(c)).toEqual(['paired a reply']);
    expect(c.exchanges[0]?.request?.byteCount).toBe(sent.length);
  });

  test('empty frames are passed over', () => {
    const c = conversation({}, HANDSHAKE_FLOW, 3).client(
      Buffer.concat([binary('a', 1), u32(0), u32(0), binary('b', 2)]),
    );
    expect(told(c.server(answer('a', 1)).server(answer('b', 2)))).toEqual(['paired a reply', 'paired b reply']);
    expect(c.ledger.account('stream bytes', '').aside('discarded', 'empty-frames')).toBe(8);
  });

  test.each([
    ['a string longer than any message', [u8(11, 0, 1), u32(0x7fff_ffff)]],
    ['a string of negative length', [u8(11, 0, 1), u32(-1)]],
    ['a list with more elements than bytes can come', [u8(15, 0, 1, 12), u32(0x7fff_ffff)]],
    ['a map with more entries than bytes can come', [u8(13, 0, 1, 12, 12), u32(0x7fff_ffff)]],
    ['structs nested without end', [Buffer.alloc(3 * 100, u8(12, 0, 1))]],
    ['lists nested without end', [u8(15, 0, 1), Buffer.alloc(5 * 100, u8(15, 0, 0, 0, 1))]],
    ['a type that is none', [u8(99, 0, 1)]],
  ])('%s breaks its message, and the next one is read', (_name, parts) => {
    const [start, next] = [message('binary', call('a', 1)), message('binary', call('b', 2))];
    const c = conversation()
      .client(Buffer.concat([start.subarray(0, -1), ...parts]))
      .client(next);
    c.server(message('binary', reply('b', 2)));
    expect(told(c)).toContain('paired b reply');
    expect(told(c)).toContain('request-only a (not-answered)');
  });

  test.each([
    ['a binary longer than any message', [u8(0x18), u8(0xff, 0xff, 0xff, 0xff, 0x7f)]],
    ['a length that does not end', [u8(0x18), Buffer.alloc(20, 0xff)]],
    ['a list with more elements than bytes can come', [u8(0x19, 0xfc), u8(0xff, 0xff, 0xff, 0xff, 0x7f)]],
    ['structs nested without end', [Buffer.alloc(100, 0x1c)]],
    ['a type that is none', [u8(0x1f)]],
  ])('compact: %s breaks its message, and the next one is read', (_name, parts) => {
    const [start, next] = [message('compact', call('a', 1)), message('compact', call('bcd', 2))];
    const c = conversation()
      .client(Buffer.concat([start.subarray(0, -1), ...parts]))
      .client(next);
    c.server(message('compact', reply('bcd', 2)));
    expect(told(c)).toContain('paired bcd reply');
  });
});

test('a reply to a compressed oneway that is not read yet makes it a call, not two exchanges', () => {
  const sent = theader(message('binary', oneway('log', 1)), { zlib: true, sequenceId: 1 });
  const c = conversation()
    .client(sent.subarray(0, 30))
    .server(theader(message('binary', reply('log', 1))));
  expect(told(c.client(sent.subarray(30)))).toEqual(['paired log reply']);
});
