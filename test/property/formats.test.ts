/** Random conversations, captured, exported as pcapng and read again: equal bytes, order, pairs and times. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Exchange, Flow } from '../../core/index.ts';
import { conversation } from '../support/conversation.ts';
import { exported, imported } from '../support/formats/index.ts';
import { comparable, toldMessage, toldOf } from '../support/formats/told.ts';

const body = fc.string({ unit: fc.constantFrom('a', '\r\n', '\xff', '0'), maxLength: 4_000 });
const CALL = '\x80\x01\x00\x01\x00\x00\x00\x04ping\x00\x00\x00\x01\x00';
const REPLY = '\x80\x01\x00\x02\x00\x00\x00\x04ping\x00\x00\x00\x01\x00';

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('pair' as const), body, interim: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('pipelined' as const), count: fc.integer({ min: 2, max: 5 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('gap' as const), lost: fc.integer({ min: 1, max: 5_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lone' as const) }) },
);

const spoken = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('http' as const), steps: fc.array(step, { maxLength: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('thrift' as const), calls: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('tunnel' as const),
      turns: fc.array(fc.tuple(fc.constantFrom(0, 1), body)),
    }),
  },
);

const talks = fc.array(fc.record({ spoken, ipv6: fc.boolean(), cut: fc.integer({ min: 300, max: 3_000 }) }), {
  minLength: 1,
  maxLength: 5,
});

type Talk = typeof talks extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

function exchangesOf(given: Talk, place: number): readonly Exchange[] {
  const flow: Flow = {
    id: `${(place + 1).toString(16).padStart(8, '0')}${'5'.repeat(8)}`,
    client: { address: given.ipv6 ? 'fd00::1' : '10.0.0.1', port: 40_000 + place },
    server: { address: given.ipv6 ? 'fd00::2' : '10.0.0.2', port: 80 },
    network: '',
    vantage: 'unknown',
    orientation: 'handshake',
    startedAt: 1_000_000,
  };
  const talk = conversation({}, flow, given.cut).skipTime(place);
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
  const ok = (text: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
  const { spoken } = given;
  switch (spoken.kind) {
    case 'thrift':
      for (let call = 0; call < spoken.calls; call++) talk.client(CALL).server(REPLY);
      break;
    case 'tunnel':
      talk.client('CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\n\r\n').server('HTTP/1.1 200 OK\r\n\r\n');
      for (const [direction, text] of spoken.turns) talk.say(direction as 0 | 1, text);
      break;
    case 'http':
      for (const one of spoken.steps) {
        switch (one.kind) {
          case 'pair':
            talk.client(`POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: ${one.body.length}\r\n\r\n${one.body}`);
            if (one.interim) talk.server('HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n');
            talk.server(ok(one.body));
            break;
          case 'pipelined':
            for (let i = 0; i < one.count; i++) talk.client(get(`/${i}`));
            for (let i = 0; i < one.count; i++) talk.server(ok(`${i}`));
            break;
          case 'gap':
            talk.client(get('/gap')).server(`HTTP/1.1 200 OK\r\nContent-Length: ${one.lost + 10}\r\n\r\n12345`);
            talk.lose(1, one.lost).server('67890');
            break;
          case 'lone':
            break;
          default:
            one satisfies never;
        }
      }
      // Without an answer, at the end: what is behind it could not be told apart from its answer.
      if (spoken.steps.some(({ kind }) => kind === 'lone')) talk.client(get('/lone'));
      break;
    default:
      spoken satisfies never;
  }
  return talk.close(0).close(1).end().exchanges;
}

const tellAll = (exchange: Exchange) => ({
  ...toldOf(exchange),
  interim: exchange.interim.map(toldMessage),
  turns: exchange.turns,
  // The port is another one where a flow goes on while its last conversation ends.
  client: exchange.flow.client.address,
  server: exchange.flow.server,
});

test('pcapng: exported and imported again they are the same', () => {
  fc.assert(
    fc.property(talks, fc.integer({ min: 1, max: 5_000 }), (given, cut) => {
      const exchanges = given.flatMap(exchangesOf);
      const back = imported(exported('pcapng', exchanges).bytes, Math.max(cut, 64));
      expect(back.failure).toBeUndefined();
      expect(comparable(back.exchanges, tellAll)).toEqual(comparable(exchanges, tellAll));
    }),
    { numRuns: 150 },
  );
});

test('.gor: HTTP without interim answers is the same', () => {
  fc.assert(
    fc.property(talks, (given) => {
      const out = exported('gor', given.flatMap(exchangesOf));
      const whole = out.kept.filter(({ response }) => response === undefined || response.complete);
      const back = imported(exported('gor', whole).bytes);
      expect(comparable(back.exchanges)).toEqual(comparable(whole));
    }),
    { numRuns: 100 },
  );
});

test('HAR: bodies and fields are the same bytes, where they were not chunked or coded', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, asText) => {
      const said = asText ? Buffer.from(Buffer.from(bytes).toString('utf8')) : Buffer.from(bytes);
      const head = (start: string) =>
        Buffer.from(`${start}\r\nContent-Length: ${said.length}\r\nX-A: \xe9\r\n\r\n`, 'latin1');
      const talk = conversation()
        .client(Buffer.concat([head('POST /a?b#c HTTP/1.1\r\nHost: a'), said]))
        .server(Buffer.concat([head('HTTP/1.0 200 Fine'), said]))
        .end();
      const back = imported(exported('har', talk.exchanges).bytes);
      expect(back.exchanges.map(toldOf)).toEqual(talk.exchanges.map(toldOf));
    }),
  );
});

test('thousands of flows at once keep their ends', () => {
  const exchanges = Array.from({ length: 3_000 }, (_, place) =>
    exchangesOf(
      { spoken: { kind: 'http', steps: [{ kind: 'pair', body: 'a', interim: false }] }, ipv6: false, cut: 999 },
      place,
    ),
  ).flat();
  const back = imported(exported('pcapng', exchanges).bytes);
  expect(comparable(back.exchanges, tellAll)).toEqual(comparable(exchanges, tellAll));
});

test('recordings that know no addresses, all of one time, are told apart', () => {
  const har = imported(
    exported(
      'har',
      Array.from({ length: 300 }, (_, place) =>
        exchangesOf(
          {
            spoken: { kind: 'http', steps: [{ kind: 'pair', body: `${place}`, interim: false }] },
            ipv6: false,
            cut: 999,
          },
          place,
        ),
      ).flat(),
    ).bytes,
  );
  const unknown = har.exchanges.map((exchange) => {
    const nowhere = { address: '0.0.0.0', port: 0 };
    return { ...exchange, flow: { ...exchange.flow, client: nowhere, server: nowhere } };
  });
  const back = imported(exported('pcapng', unknown).bytes);
  expect(comparable(back.exchanges)).toEqual(comparable(unknown));
});
