/** A run to three targets that never was: one fell ill, one was taken out, users moved; names that would like to do harm. */
import type { ReplayReport } from '../../../../emitter/index.ts';
import { SIMPLE_REPORT } from './hand-made-report.ts';

type Routing = NonNullable<ReplayReport['routing']>;

export const HOSTILE_POOL = 'b"><script>alert(3)</script>\x1b[2J';
/** Of the monotonic clock, µs. */
const START = 7_000_000_000;

export function target(id: string, changes: Partial<Routing['targets']['targets'][number]> = {}) {
  const [pool = '', name = ''] = id.split('/');
  return {
    id,
    name,
    pool,
    unit: undefined,
    standby: false,
    weight: 1,
    availability: 1,
    inFlight: 0,
    sends: 0,
    share: 0,
    weightShare: 0,
    expectedShare: 0,
    chosenAt: undefined,
    ...changes,
  };
}

export function health(
  id: string,
  changes: Partial<NonNullable<Routing['health']>['targets'][number]> = {},
): NonNullable<Routing['health']>['targets'][number] {
  const timeInMs = { up: 10_020, returning: 0, down: 0, ejected: 0 };
  return { id, state: 'up', share: 1, timeInMs, timeline: [], changeCount: 0, withheld: 0, ...changes };
}

/** Two targets that are well. */
export const TWO_TARGETS: Routing = {
  startedAt: START,
  targets: {
    sends: 1_000,
    targets: [
      target('all/a:80', { weight: 3, sends: 750, share: 0.75, weightShare: 0.75, expectedShare: 0.75 }),
      target('all/b:80', { sends: 250, share: 0.25, weightShare: 0.25, expectedShare: 0.25 }),
    ],
    others: { targets: 0, sends: 0 },
    drains: [],
  },
  health: undefined,
  units: undefined,
};

export const ILL: Routing = {
  startedAt: START,
  targets: {
    sends: 980,
    targets: [
      target('a/a:80', { unit: 'one', weight: 3, sends: 600, share: 0.61, weightShare: 0.75, expectedShare: 0.6 }),
      target('a/b:80', { unit: 'one', sends: 80, share: 0.08, weightShare: 0.25, expectedShare: 0.1 }),
      target(`${`${HOSTILE_POOL}`.replaceAll('/', '')}/c:80`, {
        standby: true,
        sends: 300,
        share: 0.31,
        expectedShare: 0.3,
      }),
      target('a/old:80', { unit: 'one', weight: 0 }),
    ],
    others: { targets: 2, sends: 20 },
    drains: [
      {
        id: 'a/old:80',
        by: 'removal',
        startedAt: START + 500_000,
        inFlight: 12,
        state: 'drained',
        drainedAfter: 31_200,
      },
    ],
  },
  health: {
    targets: [
      health('a/a:80'),
      health('a/b:80', {
        state: 'returning',
        share: 0.4,
        timeInMs: { up: 2_505, returning: 2_505, down: 5_010, ejected: 0 },
        timeline: [
          { atMs: 2_505, from: 'up', to: 'down', why: '3 bad checks in a row: \x1b]0;<img src=x>' },
          { atMs: 7_515, from: 'down', to: 'returning', why: '5 s out, then 2 good checks in a row' },
        ],
        changeCount: 2,
        withheld: 1,
      }),
    ],
  },
  units: {
    version: 2,
    changes: [
      {
        version: 2,
        state: 'committed',
        preparedAt: START + 5_000_000,
        decidedAt: START + 5_003_100,
        users: 98,
        held: 120,
        released: 120,
        refused: 0,
        longestHoldMicros: 4_100,
        releasedAfterMicros: 200,
      },
    ],
    earlierChanges: 0,
    sends: { one: 680, '<two>': 300 },
    requests: { users: 900, central: 5, unresolved: 75, tooManyHops: 4 },
    heldNow: 3,
    misrouted: 1,
  },
};

export const RULES: ReplayReport['rules'] = [
  { name: 'tenant', matched: 1_000, applied: 990, failed: { 'not-json': 10 } },
  { name: 'legacy <b>\x1b[2J', matched: 0, applied: 0, failed: {} },
  { name: 'body', matched: 5, applied: 0, failed: { 'pattern-not-found': 5 } },
];

export const CORRELATION: ReplayReport['correlation'] = {
  rules: [
    { name: 'token', learnt: 60, missing: 2, replaced: 300, tooShort: 0 },
    { name: 'csrf <i>\x1b', learnt: 0, missing: 0, replaced: 0, tooShort: 4 },
    { name: 'order', learnt: 60, missing: 0, replaced: 0, tooShort: 0 },
  ],
  rewritten: 290,
  sessions: 60,
  sessionsDropped: 1,
  valuesDropped: 0,
  withoutSession: 7,
};

/** All of it in one report. */
export const ROUTED_REPORT: ReplayReport = {
  ...SIMPLE_REPORT,
  target: 'a:80, b:80, c:80',
  due: 1_030,
  answered: 980,
  notSent: { filtered: 30, 'no-target': 14, 'no-user': 2, 'too-many-hops': 4 },
  routing: ILL,
  rules: RULES,
  correlation: CORRELATION,
};
