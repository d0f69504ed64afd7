/** Reports of replays that never were. */
import type { ReplayProgress, ReplayReport } from '../../../../emitter/index.ts';

export const NO_LATENCY = { count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0, mean: 0 };
export const SOME_LATENCY = { count: 1000, p50: 300, p90: 500, p99: 900, p999: 1500, max: 2500, mean: 320 };

export const NO_TIMELINE: ReplayReport['timeline'] = {
  intervalMs: 1000,
  due: [],
  sent: [],
  answered: [],
  failed: [],
  notSent: [],
  errors: [],
  fromIntended: { p50: [], p99: [], max: [] },
  service: { p50: [], p99: [], max: [] },
  scheduleLag: { p99: [] },
  connections: [],
};

/** Three seconds; nothing was answered within the second one. */
export const SHORT_TIMELINE: ReplayReport['timeline'] = {
  intervalMs: 1000,
  due: [100, 100, 100],
  sent: [100, 80, 120],
  answered: [98, 0, 150],
  failed: [2, 0, 30],
  notSent: [0, 20, 0],
  errors: [8, 0, 50],
  fromIntended: { p50: [300, 0, 900], p99: [900, 0, 1_500_000], max: [1000, 0, 2_000_000] },
  service: { p50: [280, 0, 300], p99: [800, 0, 1000], max: [900, 0, 1200] },
  scheduleLag: { p99: [20, 400_000, 1_200_000] },
  connections: [3, 128, 60],
};

/** 1,000 sends at 100/s, all answered as recorded. */
export const SIMPLE_REPORT: ReplayReport = {
  target: '127.0.0.1:8080',
  runId: 'r1',
  plan: {
    timing: { kind: 'rate', perSecond: 100 },
    times: 1,
    by: 'copies',
    arrivals: 'even',
    session: undefined,
    lateness: { kind: 'catch-up', factor: 2 },
    workers: 1,
  },
  startedAt: 1_795_000_000_000_000,
  durationMs: 10_020,
  due: 1000,
  answered: 1000,
  failed: {},
  notSent: {},
  balanced: true,
  rate: { askedPerSecond: 100, sentPerSecond: 99.96, answeredPerSecond: 99.5, reached: true, shortfall: undefined },
  latency: { fromIntended: SOME_LATENCY, service: SOME_LATENCY, scheduleLag: SOME_LATENCY },
  late: 0,
  answers: { answered: { 200: 1000 }, recorded: { 200: 1000 }, changed: 0, changes: [] },
  operations: [operation('GET /items/{id}', { due: 1000, answered: 1000 })],
  timeline: NO_TIMELINE,
  generator: { cpuPercent: 24, tickLag: SOME_LATENCY, saturated: false },
  thresholds: [],
  stopped: undefined,
  verbatim: true,
  routing: undefined,
  rules: [],
  correlation: undefined,
  requestBytes: 100_000,
  responseBytes: 2_000_000,
  connections: { open: 0, peak: 3, opened: 4, failedToOpen: 0, closedByPeer: 0, closedIdle: 0, retried: 0 },
};

export function operation(
  name: string,
  counts: Partial<Omit<ReplayReport['operations'][number], 'operation'>>,
): ReplayReport['operations'][number] {
  return {
    operation: name,
    target: '127.0.0.1:8080',
    due: 0,
    answered: 0,
    failed: 0,
    notSent: 0,
    errors: 0,
    fromIntended: SOME_LATENCY,
    service: SOME_LATENCY,
    ...counts,
  };
}

/** A run on which everything went wrong that a report can tell, with names that would like to do harm. */
export const TROUBLED_REPORT: ReplayReport = {
  ...SIMPLE_REPORT,
  target: 'shop\x1b[2J:80',
  runId: '</script><script>alert(1)</script>',
  plan: {
    timing: { kind: 'profile', phases: [{ kind: 'ramp', from: 100, to: 2000, durationMs: 60_000 }] },
    times: 3.5,
    by: 'overlay',
    arrivals: 'poisson',
    session: 'header:x-"user"',
    lateness: { kind: 'drop', afterMs: 50 },
    workers: 4,
  },
  due: 1000,
  answered: 900,
  failed: { refused: 40, timeout: 10 },
  notSent: { incomplete: 5, dropped: 45 },
  rate: { askedPerSecond: 1050, sentPerSecond: 700.4, answeredPerSecond: 640, reached: false, shortfall: 'dropped' },
  late: 120,
  answers: {
    answered: { 200: 100, 401: 760, 500: 40 },
    recorded: { 200: 855, 404: 45, none: 0 },
    changed: 790,
    changes: [
      { recorded: '200', answered: '401', count: 750 },
      { recorded: '404', answered: '500', count: 40 },
    ],
  },
  operations: [
    operation('GET /items/{id}', { due: 600, answered: 590, failed: 10 }),
    operation('GET /<img src=x onerror=alert(2)>', { due: 300, answered: 250, failed: 40, errors: 40, notSent: 10 }),
    operation('POST /\x1b]0;cart', { due: 100, answered: 60, notSent: 40, fromIntended: NO_LATENCY }),
  ],
  timeline: SHORT_TIMELINE,
  generator: { cpuPercent: 99.6, tickLag: { ...SOME_LATENCY, p99: 42_000 }, saturated: true },
  thresholds: [
    { text: 'p(95)<500', value: 312.41, passed: true },
    { text: 'rate<1%', value: 9.5, passed: false },
    { text: 'service:max<3s', value: undefined, passed: false },
  ],
  stopped: { rule: 'failure-share', text: '12 % of the sends of the last ten seconds failed, 10 % are allowed' },
  verbatim: false,
  connections: { open: 0, peak: 128, opened: 300, failedToOpen: 40, closedByPeer: 12, closedIdle: 3, retried: 1 },
};

export const SOME_PROGRESS: ReplayProgress = {
  elapsedMs: 2500,
  due: 1200,
  sent: 1198,
  answered: 1190,
  failed: 0,
  notSent: 2,
  refused: 0,
  errors: 0,
  inFlight: 8,
  waiting: 0,
  connections: 1,
  consecutiveFailures: 0,
  recent: { fromIntended: { p50: 300, p99: 900 }, scheduleLag: { p99: 1200 }, tickLag: { p99: 20 } },
  plannedUntil: 0,
};
