/** One flow seen at the caller's end and at the callee's: every exchange comes out once. */
import { describe, expect, test } from 'vitest';
import {
  type Exchange,
  Ledger,
  type LedgerReport,
  type RequestReady,
  type StreamChunk,
} from '../../../../core/index.ts';
import { ExchangeParser } from '../../../../parser/index.ts';
import { tell, textOf } from '../../../support/conversation.ts';
import { type Conversation, type ConversationOptions, conversation, Trace } from '../../../support/packets/index.ts';
import { assemble } from '../../collector/reassembly/assembled.ts';

const START = 1_700_000_000_000_000;
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** As the callee sees it: through an address translation, a little later on the way there and sooner on the way back. */
const INSIDE: Partial<ConversationOptions> = {
  client: '192.0.2.7:40000',
  server: '10.0.0.9:8080',
  startAt: START + 5,
  stepMicros: 90,
};

const twoCalls = (talk: Conversation) =>
  talk.handshake().client(get('/1')).server(ok('one')).client(get('/2')).server(ok('two'));

/** Packets of {@link twoCalls}, from 0: the handshake has three, each message one and an acknowledgment. */
const PACKET = { request1: 3, response1: 5, request2: 7, response2: 9 } as const;

function atBothEnds(say: (talk: Conversation) => Conversation, inside = INSIDE): { caller: Trace; callee: Trace } {
  const options = { stepMicros: 100 };
  return {
    caller: say(conversation(options)).close().trace(),
    callee: say(conversation({ ...options, ...inside }))
      .close()
      .trace(),
  };
}

interface Told {
  readonly exchanges: readonly Exchange[];
  readonly told: readonly string[];
  readonly ready: readonly RequestReady[];
  readonly report: LedgerReport;
}

function parse(trace: Trace, order = (chunks: readonly StreamChunk[]) => chunks): Told {
  const ledger = new Ledger();
  const parser = new ExchangeParser({}, { ledger });
  const exchanges: Exchange[] = [];
  const ready: RequestReady[] = [];
  const take = (events: ReturnType<ExchangeParser['push']>) => {
    for (const event of events) {
      if (event.kind === 'exchange') exchanges.push(event.exchange);
      else ready.push(event.ready);
    }
    expect(ledger.report().balanced).toBe(true);
  };
  const chunks = order(assemble(trace).chunks);
  let at = 0;
  for (const chunk of chunks) {
    take(parser.push(chunk));
    at = Math.max(at, chunk.at);
    take(parser.tick(at));
  }
  take(parser.end(at));
  return { exchanges, told: exchanges.map(tell), ready, report: ledger.report() };
}

describe('an exchange seen at both ends', () => {
  test('comes out once, as the caller saw it, and is announced once', () => {
    const { caller, callee } = atBothEnds(twoCalls);
    const { exchanges, told, ready, report } = parse(caller.mergedWith(callee));
    expect(told).toEqual(['paired GET /1 200', 'paired GET /2 200']);
    expect(exchanges.map(({ flow }) => [flow.vantage, flow.client.address])).toEqual([
      ['both', '10.0.0.1'],
      ['both', '10.0.0.1'],
    ]);
    expect(exchanges[0]?.request?.firstByteAt).toBe(START + 300);
    expect(ready.map(({ id }) => id)).toEqual(exchanges.map(({ id }) => id));
    expect(report.facts).toMatchObject({ exchanges: 2, 'exchanges:paired': 2 });
    expect(report.accounts.messages?.out).toEqual({ paired: 4 });
    expect(report.accounts.messages?.aside.merged).toEqual({ 'second-vantage': 4 });
  });

  test('in two networks, as outside and inside of a VLAN', () => {
    const { caller, callee } = atBothEnds(twoCalls, { startAt: START + 5, stepMicros: 90, vlans: [7] });
    expect(parse(caller.mergedWith(callee)).exchanges.map(({ flow }) => flow.vantage)).toEqual(['both', 'both']);
  });

  test('whichever view comes first; an announced id stays', () => {
    const { caller, callee } = atBothEnds(twoCalls);
    const calleeFirst = (chunks: readonly StreamChunk[]) => {
      const isCallee = ({ flow }: StreamChunk) => flow.client.address === '192.0.2.7';
      const opens = chunks.filter(({ kind }) => kind === 'open');
      const others = chunks.filter(({ kind }) => kind !== 'open');
      return [...opens, ...others.filter(isCallee), ...others.filter((chunk) => !isCallee(chunk))];
    };
    const { exchanges, told, ready } = parse(caller.mergedWith(callee), calleeFirst);
    expect(told).toEqual(['paired GET /1 200', 'paired GET /2 200']);
    expect(exchanges.map(({ flow }) => [flow.vantage, flow.client.address])).toEqual([
      ['both', '10.0.0.1'],
      ['both', '10.0.0.1'],
    ]);
    expect(ready.map(({ id }) => id)).toEqual(exchanges.map(({ id }) => id));
    expect(ready[0]?.flow.client.address).toBe('192.0.2.7');
  });

  test.each([
    ['caller', PACKET.request1],
    ['caller', PACKET.response1],
    ['callee', PACKET.request2],
    ['callee', PACKET.response2],
  ] as const)('is whole where the %s missed packet %i', (end, packet) => {
    const { caller, callee } = atBothEnds(twoCalls);
    const seen = end === 'caller' ? caller.lose(packet).mergedWith(callee) : caller.mergedWith(callee.lose(packet));
    const { exchanges, told, report } = parse(seen);
    expect([...told].sort()).toEqual(['paired GET /1 200', 'paired GET /2 200']);
    expect(exchanges.map(({ request, response }) => [textOf(request), textOf(response)]).sort()).toEqual([
      [get('/1'), ok('one')],
      [get('/2'), ok('two')],
    ]);
    expect(report.facts).toMatchObject({ exchanges: 2, 'exchanges:paired': 2 });
    expect(report.facts['exchanges:broken'] ?? 0).toBe(0);
  });

  test('whichever packet each end missed, where they are of different exchanges', () => {
    const { caller, callee } = atBothEnds(twoCalls);
    const first: readonly number[] = [PACKET.request1, PACKET.response1];
    const second: readonly number[] = [PACKET.request2, PACKET.response2];
    for (const atCaller of [...first, ...second]) {
      for (const atCallee of first.includes(atCaller) ? second : first) {
        const { told, report } = parse(caller.lose(atCaller).mergedWith(callee.lose(atCallee)));
        const lost = `lost ${atCaller} and ${atCallee}`;
        expect([...told].sort(), lost).toEqual(['paired GET /1 200', 'paired GET /2 200']);
        expect(report.facts, lost).toMatchObject({ exchanges: 2, 'exchanges:paired': 2 });
      }
    }
  });

  test('is not put together from a request of one end and an answer of the other: order proves nothing across a loss', () => {
    const { caller, callee } = atBothEnds(twoCalls);
    const { told } = parse(caller.lose(PACKET.request1).mergedWith(callee.lose(PACKET.response1)));
    expect([...told].sort()).toEqual([
      'paired GET /2 200',
      'request-only GET /1 (gap)',
      'response-only 200 (request-not-seen)',
    ]);
  });

  test('a body of which each end missed another part takes the whole messages of each', () => {
    const long = (talk: Conversation) =>
      talk
        .handshake()
        .client(`POST / HTTP/1.1\r\nContent-Length: 4000\r\n\r\n${'q'.repeat(4000)}`)
        .server(ok('a'.repeat(4000)));
    const { caller, callee } = atBothEnds(long);
    const { exchanges } = parse(caller.lose(4).mergedWith(callee.lose(8)));
    expect(exchanges).toHaveLength(1);
    expect(exchanges[0]).toMatchObject({ outcome: 'paired', reason: '' });
    expect(exchanges[0]?.request?.complete && exchanges[0].response?.complete).toBe(true);
  });

  test('sessions of other protocols too', () => {
    const redis = (talk: Conversation) => talk.handshake().client('*1\r\n$4\r\nPING\r\n').server('+PONG\r\n');
    const { caller, callee } = atBothEnds(redis);
    const { exchanges, report } = parse(caller.mergedWith(callee));
    expect(exchanges.map(({ operation, flow }) => [operation, flow.vantage])).toEqual([['redis', 'both']]);
    expect(report.accounts.messages?.aside).toMatchObject({ session: { redis: 2 }, merged: { 'second-vantage': 2 } });
  });
});

describe('an exchange that only one end saw', () => {
  test('waits a second for the other end, and ten where it is not whole', () => {
    const open = twoCalls(conversation({ stepMicros: 100 })).trace();
    const silent = conversation({ ...INSIDE })
      .handshake()
      .trace();
    const parser = new ExchangeParser({}, { ledger: new Ledger() });
    const told = (events: ReturnType<ExchangeParser['push']>) =>
      events.flatMap((event) => (event.kind === 'exchange' ? [tell(event.exchange)] : []));
    const seen = open.lose(PACKET.response1).mergedWith(silent);
    const ticks = (seconds: number) => told(parser.tick(START + seconds * 1_000_000));
    const chunks = assemble(seen).chunks.filter(({ kind }) => kind !== 'close');
    expect(chunks.flatMap((chunk) => told(parser.push(chunk)))).toEqual([]);
    expect([ticks(1), ticks(2)]).toEqual([[], ['paired GET /2 200']]);
    expect([ticks(10), ticks(11)]).toEqual([[], ['request-only GET /1 (gap)']]);
  });

  test('comes out alone when the flow ends', () => {
    const { caller, callee } = atBothEnds((talk) => talk.handshake().client(get('/1')).server(ok('one')));
    const onlyHandshake = new Set([0, 1, 2]);
    const silent = callee.segments.filter((_, at) => onlyHandshake.has(at));
    const { exchanges } = parse(caller.mergedWith(new Trace(silent)));
    expect(exchanges.map((exchange) => [tell(exchange), exchange.flow.vantage])).toEqual([
      ['paired GET /1 200', 'caller'],
    ]);
  });
});

test('a flow seen at one place keeps its vantage, and nothing of it is held', () => {
  const { caller } = atBothEnds(twoCalls);
  const { exchanges, report } = parse(caller);
  expect(exchanges.map(({ flow }) => flow.vantage)).toEqual(['unknown', 'unknown']);
  expect(report.accounts.messages?.aside.merged).toBeUndefined();
});

test('views without end leave no more than a few open', () => {
  const ledger = new Ledger();
  const parser = new ExchangeParser({}, { ledger });
  const first = assemble(twoCalls(conversation()).trace()).chunks[0] as StreamChunk;
  for (let port = 1; port <= 1000; port++) {
    const flow = { ...first.flow, client: { address: '192.0.2.7', port } };
    parser.push({ kind: 'open', flow, at: START });
    const bytes = Buffer.from(get('/1'));
    parser.push({ kind: 'data', flow, direction: 0, offset: 0, bytes, at: START });
  }
  expect(ledger.fact('flows-evicted')).toBe(996);
  const exchanges = parser.end(START).filter(({ kind }) => kind === 'exchange');
  expect(exchanges).toHaveLength(0);
  expect(ledger.report()).toMatchObject({ balanced: true, facts: { exchanges: 1, 'exchanges:request-only': 1 } });
});
