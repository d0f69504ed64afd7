import { expect, test } from 'vitest';
import type { Exchange } from '../../../../core/index.ts';
import { mergeUnitReports, type UnitInput, UnitRouter, unitsSchema } from '../../../../emitter/units/index.ts';
import { exchange } from '../../../support/emitter/recording.ts';
import { call, framed, message, theader } from '../../../support/thrift/wire.ts';

/** Ann and bob are in `a`, cid in `b`. */
function options(changes: Partial<UnitInput> = {}) {
  return unitsSchema.parse({
    user: 'header:X-User',
    hash: 'crc32',
    ranges: [{ unit: 'a', from: 0, to: 100_000 }],
    overrides: { cid: 'b' },
    ...changes,
  });
}

/** Ann moves to `b`. */
const SECOND = options({ overrides: { ann: 'b', cid: 'b' }, version: 2 });

function router(changes: Partial<UnitInput> = {}): UnitRouter<string> {
  return new UnitRouter(options(changes));
}

function get(path: string, fields = '', parts: Partial<Exchange> = {}): Exchange {
  return exchange(`GET ${path} HTTP/1.1\r\nHost: shop.example\r\n${fields}\r\n`, parts);
}

function thrift(bytes: Uint8Array, operation: string, transport: string): Exchange {
  const size = { parts: [bytes], byteCount: bytes.length, headByteCount: bytes.length };
  return exchange('', { protocol: 'thrift', operation, attributes: { transport }, message: size });
}

test('a request goes to the unit of its user', () => {
  const units = router();
  expect(units.route(get('/', 'X-User: ann\r\n'))).toEqual({ kind: 'unit', unit: 'a', user: 'ann', hops: 1 });
  expect(units.route(get('/', 'X-User: cid\r\n'))).toEqual({ kind: 'unit', unit: 'b', user: 'cid', hops: 1 });
  expect(units.unitOf('ann')).toBe('a');
  expect(units.report().requests).toEqual({ users: 2, central: 0, unresolved: 0, tooManyHops: 0 });
});

test('requests without a user are counted and follow the policy', () => {
  const central = { unit: 'hub' };
  const [any, toCentral, leftOut] = (['any', 'central', 'leave-out'] as const).map((unresolved) =>
    router({ unresolved, central }),
  ) as [UnitRouter<string>, UnitRouter<string>, UnitRouter<string>];
  expect(any.route(get('/'))).toEqual({ kind: 'any', hops: 1 });
  expect(any.unitOf('')).toBeUndefined();
  expect(toCentral.route(get('/'))).toMatchObject({ kind: 'unit', unit: 'hub' });
  expect(leftOut.route(get('/'))).toEqual({ kind: 'left-out', reason: 'no-user' });
  for (const units of [any, toCentral, leftOut]) expect(units.report().requests.unresolved).toBe(1);
});

test('central operations and services go to their unit, whoever the user is', () => {
  const units = router({
    central: { unit: 'hub', operations: ['POST /login', 'GET /static/*', 'get', 'Stock:put'], services: ['auth'] },
  });
  const ann = 'X-User: ann\r\n';
  const central = [
    get('/static/a/b.css', ann),
    exchange(`POST /login HTTP/1.1\r\n${ann}\r\n`),
    get('/', ann, { service: 'auth' }),
    thrift(framed(message('binary', call('get'), [])), 'Stock:get', 'framed'),
    thrift(framed(message('binary', call('put'), [])), 'Stock:put', 'framed'),
  ];
  for (const one of central) expect(units.route(one)).toMatchObject({ kind: 'unit', unit: 'hub' });
  expect(units.route(get('/static', ann))).toMatchObject({ unit: 'a' });
  expect(units.route(get('/login', ann))).toMatchObject({ unit: 'a' });
  expect(units.report().requests).toEqual({ users: 2, central: 5, unresolved: 0, tooManyHops: 0 });
  expect([...units.units]).toEqual(['a', 'b', 'hub']);
});

test('a central send is routed by its user alone, later, and never waits', () => {
  const units = router({ central: { unit: 'hub', services: ['auth'] } });
  const route = units.route(get('/', 'X-User: ann\r\n', { service: 'auth' }));
  const user = route.kind === 'unit' ? route.user : '';
  units.began('ann', 'a');
  units.prepare({ ...options({ ...SECOND, central: { unit: 'hub', services: ['auth'] } }), version: 2 }, 0);
  expect(units.unitOf(user)).toBe('hub');
  expect(units.holds(user)).toBe(false);
  expect(units.holds('ann')).toBe(true);
});

test('a loop is stopped at the hop limit', () => {
  const units = router({ hops: { header: 'X-Hops', most: 3 } });
  const sent: number[] = [];
  let fields = 'X-User: ann\r\n';
  for (let turn = 0; turn < 10; turn++) {
    const route = units.route(get('/', fields));
    if (route.kind === 'left-out') continue;
    sent.push(route.hops);
    fields = `X-User: ann\r\nx-hops: ${route.hops}\r\n`;
  }
  expect(sent).toEqual([1, 2, 3]);
  expect(units.report().requests).toEqual({ users: 3, central: 0, unresolved: 0, tooManyHops: 7 });
  expect(units.hopHeader).toBe('X-Hops');
});

test.each(['', '-1', '1.5', 'two', '99999999999999999999'])('a hop count of %j stops at once', (count) => {
  expect(router().route(get('/', `X-User: ann\r\nX-Bytecopy-Hops: ${count}\r\n`))).toEqual({
    kind: 'left-out',
    reason: 'too-many-hops',
  });
});

test('hops are counted in the headers of Thrift too', () => {
  const one = message('binary', call('get'), []);
  const route = (bytes: Uint8Array, transport: string) => router().route(thrift(bytes, 'get', transport));
  expect(route(theader(one, { values: { 'x-bytecopy-hops': '2' } }), 'theader')).toMatchObject({ hops: 3 });
  expect(route(theader(one, { values: { 'x-bytecopy-hops': '3' } }), 'theader')).toMatchObject({ kind: 'left-out' });
  expect(route(framed(one), 'framed')).toMatchObject({ hops: 1 });
});

test('who moves is held from prepare on, and goes to the new unit at the commit', () => {
  const units = router();
  units.prepare(SECOND, 1_000);
  expect(['ann', 'bob', 'cid', ''].map((user) => units.holds(user))).toEqual([true, false, false, false]);
  expect(units.unitOf('ann')).toBe('a');
  expect(units.ready).toBe(true);
  for (const send of ['one', 'two', 'three']) expect(units.hold('ann', send, 100, 2_000)).toBe(true);
  expect(units.held).toBe(3);
  expect(units.commit(5_000)).toEqual(['one', 'two', 'three']);
  expect([units.unitOf('ann'), units.version, units.holds('ann'), units.held]).toEqual(['b', 2, false, 0]);
  expect(units.report().changes).toEqual([
    {
      ...{ version: 2, state: 'committed', preparedAt: 1_000, decidedAt: 5_000 },
      ...{ users: 1, held: 3, released: 3, refused: 0, longestHoldMicros: 3_000, releasedAfterMicros: 0 },
    },
  ]);
});

test('who has sends under way at the old unit is released when the last of them has ended', () => {
  const units = router();
  units.began('ann', 'a');
  units.began('ann', 'a');
  units.prepare(SECOND, 0);
  units.hold('ann', 'next', 100, 0);
  expect(units.ready).toBe(false);
  expect(units.ended('ann', 10)).toEqual([]);
  expect(units.commit(20)).toEqual([]);
  expect(units.holds('ann')).toBe(true);
  expect(units.ended('ann', 30)).toEqual(['next']);
  expect(units.holds('ann')).toBe(false);
  expect(units.report().changes[0]).toMatchObject({ released: 1, longestHoldMicros: 30, releasedAfterMicros: 10 });
});

test('a change is ready when nothing of those who move is under way, whatever others do', () => {
  const units = router();
  expect(units.ready).toBe(false);
  units.began('ann', 'a');
  units.began('bob', 'a');
  units.prepare(SECOND, 0);
  expect(units.ready).toBe(false);
  units.ended('ann', 1);
  expect(units.ready).toBe(true);
});

test('an aborted change leaves everybody where they were, and its version may come again', () => {
  const units = router();
  units.began('ann', 'a');
  units.prepare(SECOND, 0);
  units.hold('ann', 'next', 100, 0);
  expect(units.abort(10)).toEqual(['next']);
  expect([units.unitOf('ann'), units.version, units.holds('ann')]).toEqual(['a', 1, false]);
  units.prepare(SECOND, 20);
  units.commit(30);
  expect(units.report().changes.map(({ version, state }) => [version, state])).toEqual([
    [2, 'aborted'],
    [2, 'committed'],
  ]);
});

test('an abort does not release who still leaves the unit of an earlier change', () => {
  const units = router();
  units.began('ann', 'a');
  units.prepare(SECOND, 0);
  units.commit(10);
  units.prepare(options({ version: 3 }), 20);
  units.hold('ann', 'next', 100, 20);
  expect(units.abort(30)).toEqual([]);
  expect(units.ended('ann', 40)).toEqual(['next']);
  expect(units.unitOf('ann')).toBe('b');
});

test('who moves away and back before their sends ended goes on at once', () => {
  const units = router();
  units.began('ann', 'a');
  units.prepare(SECOND, 0);
  units.commit(10);
  units.prepare(options({ version: 3 }), 20);
  units.hold('ann', 'next', 100, 20);
  expect(units.commit(30)).toEqual(['next']);
  expect(units.holds('ann')).toBe(false);
});

test('sends of several users are given back in the order they came', () => {
  const units = router({ overrides: {} });
  units.prepare(options({ overrides: { ann: 'b', bob: 'b' }, version: 2 }), 0);
  for (const [user, send] of ['ann 1', 'bob 1', 'ann 2', 'bob 2'].map((text) => [text.slice(0, 3), text] as const)) {
    units.hold(user, send, 1, 0);
  }
  expect(units.commit(1)).toEqual(['ann 1', 'bob 1', 'ann 2', 'bob 2']);
});

test('commit and abort of nothing do nothing', () => {
  const units = router();
  expect([units.commit(0), units.abort(0), units.version]).toEqual([[], [], 1]);
});

test('at the end what is held is taken out', () => {
  const units = router();
  units.prepare(SECOND, 0);
  units.hold('ann', 'one', 1, 0);
  expect(units.drain()).toEqual(['one']);
  expect(units.drain()).toEqual([]);
  expect(units.report().changes[0]).toMatchObject({ held: 1, released: 0 });
});

test('what finds no room is refused and counted', () => {
  const units = router();
  units.prepare(SECOND, 0);
  const taken = Array.from({ length: 65_536 }, () => units.hold('ann', 'one', 1, 0));
  expect(taken.every(Boolean)).toBe(true);
  expect(units.hold('ann', 'one', 1, 0)).toBe(false);
  expect(units.report().changes[0]).toMatchObject({ held: 65_536, refused: 1 });
  expect(units.commit(1)).toHaveLength(65_536);
});

test('held bytes are bounded too', () => {
  const units = router();
  units.prepare(SECOND, 0);
  expect(units.hold('ann', 'large', 64 * 1024 * 1024, 0)).toBe(true);
  expect(units.hold('ann', 'small', 1, 0)).toBe(false);
});

test('a send to a unit that is not the user’s any more is misrouted and counted', () => {
  const units = router();
  units.began('ann', 'a');
  expect(units.misrouted('a', 'ann')).toBe(false);
  units.prepare(SECOND, 0);
  units.commit(1);
  expect(units.misrouted('b', '')).toBe(false);
  expect(units.misrouted('b', 'ann')).toBe(false);
  expect(units.misrouted('a', 'ann')).toBe(true);
  expect(units.report().misrouted).toBe(1);
});

test('a user who begins at a second unit is misrouted', () => {
  const units = router();
  units.began('ann', 'a');
  units.began('ann', 'b');
  expect(units.report()).toMatchObject({ misrouted: 1, sends: { a: 1, b: 1 } });
});

test.each([
  ['the same version', { overrides: {} }, /version 1 is not above 1/],
  ['another user key', { version: 2, user: 'client' }, /user cannot change during a run/],
  ['another limit and policy', { version: 2, hops: { most: 4 }, unresolved: 'leave-out' }, /unresolved, hops cannot/],
] as const)('%s is refused', (_, changes, message) => {
  expect(() => router().prepare(options(changes), 0)).toThrow(
    expect.objectContaining({
      code: 'REPLAY_UNITS_CHANGE_REFUSED',
      exitCode: 2,
      message: expect.stringMatching(message),
    }),
  );
});

test('a second change before the first is decided is refused', () => {
  const units = router();
  units.prepare(SECOND, 0);
  expect(() => units.prepare(options({ version: 3 }), 0)).toThrow(/version 2 is prepared and not decided yet/);
});

test('the last hundred changes are told, and how many there were before', () => {
  const units = router();
  for (let version = 2; version < 152; version++) {
    units.prepare(options({ version }), version);
    units.commit(version);
  }
  const { changes, earlierChanges } = units.report();
  expect([changes.length, changes[0]?.version, earlierChanges]).toEqual([100, 52, 50]);
});

test('reports of several emitters add up, change by change', () => {
  const reports = [0, 1].map((emitter) => {
    const units = router();
    units.route(get('/', 'X-User: ann\r\n'));
    units.route(get('/'));
    units.prepare(SECOND, 10 + emitter);
    units.hold('ann', 'one', 1, 20);
    units.abort(30 + emitter);
    if (emitter === 1) {
      units.prepare(SECOND, 40);
      units.commit(50);
    }
    units.began('ann', emitter === 1 ? 'b' : 'a');
    return units.report();
  }) as [ReturnType<UnitRouter<string>['report']>];
  const merged = mergeUnitReports(reports);
  expect(merged).toMatchObject({ version: 2, sends: { a: 1, b: 1 }, misrouted: 0, heldNow: 0 });
  expect(merged.requests).toEqual({ users: 2, central: 0, unresolved: 2, tooManyHops: 0 });
  expect(merged.changes).toMatchObject([
    { version: 2, state: 'aborted', preparedAt: 10, decidedAt: 31, held: 2, released: 2, longestHoldMicros: 11 },
    { version: 2, state: 'committed', preparedAt: 40, held: 0 },
  ]);
});
