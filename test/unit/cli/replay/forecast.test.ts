import { expect, test } from 'vitest';
import { type ForecastRules, forecast } from '../../../../cli/replay/forecast.ts';
import type { Horizon } from '../../../../cli/replay/horizon.ts';
import type { Exchange, NotSentReason } from '../../../../core/index.ts';
import { exchange, message, NOON_MICROS } from '../../../support/exchanges/index.ts';

const GET = 'GET / HTTP/1.1\r\n\r\n';

function at(micros: number, changes: Partial<Exchange> = {}): Exchange {
  const found = exchange({ request: message(GET, '', { firstByteAt: NOON_MICROS + micros }), ...changes });
  return { ...found, id: { ...found.id, at: NOON_MICROS + micros } };
}

async function* pages(...all: readonly Exchange[]): AsyncGenerator<readonly Exchange[]> {
  for (const one of all) yield await Promise.resolve([one]);
}

/** As the emitter judges with writes left out. */
function check({ verb, request, protocol }: Exchange): NotSentReason | undefined {
  if (request === undefined) return 'incomplete';
  if (protocol === 'tcp') return 'not-supported';
  return verb === 'GET' ? undefined : 'write-not-allowed';
}

const ALL: Horizon = { sends: Number.POSITIVE_INFINITY, spanMicros: Number.POSITIVE_INFINITY };
const ALLOWED: ForecastRules = { check, sessionOf: undefined, writes: 'allow', horizon: ALL };
const POST = { verb: 'POST', operation: 'POST /cart' } as const;

test('exchanges = sendable + left behind by reason', async () => {
  const recording = [
    at(0),
    at(1, POST),
    at(2, { request: undefined }),
    at(3, { protocol: 'tcp' }),
    at(4, { protocol: 'thrift' }),
  ];
  expect(await forecast(pages(...recording), ALLOWED)).toMatchObject({
    exchanges: 5,
    sendable: 3,
    protocols: { http1: 2, thrift: 1 },
    leftBehind: { incomplete: 1, 'not-supported': 1 },
    writes: [{ operation: 'POST /cart', count: 1 }],
    sessions: undefined,
  });
});

test('writes that stay behind are named too, and take no part in length and rhythm', async () => {
  const found = await forecast(pages(at(0), at(200_000), at(9_000_000, POST)), { ...ALLOWED, writes: 'skip' });
  expect(found).toMatchObject({ sendable: 2, leftBehind: { 'write-not-allowed': 1 }, writes: [{ count: 1 }] });
  expect(found.rhythm.counts).toEqual([1, 0, 1]);
  expect(found.lastAt - found.firstAt).toBe(200_000);
  expect(found.lastGapMicros).toBe(200_000);
  expect(found.span.lastAt - found.span.firstAt).toBe(9_000_000);
});

test('writes about which nothing was said count as sendable until somebody decides', async () => {
  expect(await forecast(pages(at(0, POST)), { ...ALLOWED, writes: 'undecided' })).toMatchObject({
    sendable: 1,
    leftBehind: {},
  });
});

test('nothing is a forecast too', async () => {
  expect(await forecast(pages(), ALLOWED)).toEqual({
    exchanges: 0,
    complete: true,
    sendable: 0,
    protocols: {},
    leftBehind: {},
    span: { firstAt: 0, lastAt: 0 },
    firstAt: 0,
    lastAt: 0,
    lastGapMicros: 0,
    rhythm: { counts: [], intervalMs: 100 },
    writes: [],
    sessions: undefined,
  });
});

test('sessions are counted by their key; requests without one are in none', async () => {
  const keys = ['a', 'b', 'a', ''];
  const recording = keys.map((session, n) => at(n, { session }));
  const rules = { ...ALLOWED, sessionOf: ({ session }: Exchange) => session };
  expect((await forecast(pages(...recording), rules)).sessions).toEqual({ count: 2, more: false });
});

test('writes whose paths differ in an id alone are one operation', async () => {
  const recording = [7, 8].map((n) => at(n, { verb: 'PUT', operation: `PUT /orders/${n}` }));
  const { writes } = await forecast(pages(...recording), ALLOWED);
  expect(writes).toEqual([{ operation: 'PUT /orders/{id}', count: 2 }]);
});

test('paths full of names do not grow the count of writes without bound', async () => {
  const recording = Array.from({ length: 1_500 }, (_, n) => at(n, { verb: 'POST', operation: `POST /named-${n}` }));
  const again = at(1_500, { verb: 'POST', operation: 'POST /named-7' });
  const { writes } = await forecast(pages(...recording, again), ALLOWED);
  expect(writes.slice(0, 2)).toEqual([
    { operation: 'others', count: 500 },
    { operation: 'POST /named-7', count: 2 },
  ]);
  expect(writes).toHaveLength(1_001);
});

test('nothing is looked at behind the horizon', async () => {
  const recording = [at(0), at(1, { request: undefined }), at(10), at(20, POST), at(30)];
  const looked = (horizon: Partial<Horizon>) =>
    forecast(pages(...recording), { ...ALLOWED, horizon: { ...ALL, ...horizon } });
  expect(await looked({ sends: 2 })).toMatchObject({ exchanges: 3, sendable: 2, complete: false, writes: [] });
  expect(await looked({ spanMicros: 20 })).toMatchObject({ exchanges: 3, sendable: 2, complete: false, writes: [] });
  expect(await looked({ spanMicros: 31, sends: 4 })).toMatchObject({ exchanges: 5, complete: true });
});

test('a check that refuses ends it before anything is sent', async () => {
  const refuse = () => {
    throw new Error('the target is recorded');
  };
  await expect(forecast(pages(at(0)), { ...ALLOWED, check: refuse })).rejects.toThrow('the target is recorded');
});
