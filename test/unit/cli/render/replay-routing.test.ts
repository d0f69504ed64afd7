import { expect, test } from 'vitest';
import { renderReplayProgress, renderReplayReport } from '../../../../cli/render/index.ts';
import { correlationTroubles } from '../../../../cli/render/replay-correlation.ts';
import { courseOf, renderCourse } from '../../../../cli/render/replay-courses.ts';
import { describeDrain, describeUnitChange, eventsOf, renderEvents } from '../../../../cli/render/replay-events.ts';
import { renderOperations } from '../../../../cli/render/replay-operations.ts';
import { describeReason } from '../../../../cli/render/replay-reasons.ts';
import { idleRules, renderRules } from '../../../../cli/render/replay-rules.ts';
import { listNames } from '../../../../cli/render/replay-summary-row.ts';
import { renderTargets } from '../../../../cli/render/replay-targets.ts';
import type { ReplayReport } from '../../../../emitter/index.ts';
import { operation, SIMPLE_REPORT, SOME_PROGRESS } from './hand-made-report.ts';
import { health, ILL, ROUTED_REPORT, RULES, TWO_TARGETS, target } from './hand-made-routing.ts';

const lines = (report: ReplayReport) => renderReplayReport(report).split('\n');
const after = (report: ReplayReport, head: string) => {
  const all = lines(report);
  const at = all.findIndex((line) => line.startsWith(head));
  const end = all.indexOf('', at);
  return all.slice(at, end < 0 ? all.length : end);
};

test('two targets that are well take three lines and one of the head', () => {
  const report = { ...SIMPLE_REPORT, target: 'a:80, b:80', routing: TWO_TARGETS };
  expect(lines(report)).toHaveLength(lines(SIMPLE_REPORT).length + 5);
  expect(lines(report)).toContain('  targets      2 targets');
  expect(after(report, 'target ')).toEqual([
    'target  weight  sends  share  expected',
    'a:80         3    750   75 %      75 %',
    'b:80         1    250   25 %      25 %',
  ]);
});

test('a single target that was checked and stayed up adds nothing', () => {
  const [first] = TWO_TARGETS.targets.targets;
  const targets = { ...TWO_TARGETS.targets, targets: first === undefined ? [] : [first] };
  const report = { ...SIMPLE_REPORT, routing: { ...TWO_TARGETS, targets, health: { targets: [health('all/a:80')] } } };
  expect(lines(report)).toEqual(lines(SIMPLE_REPORT));
});

test('the head of a run to many targets says what is wrong with them, their units, rules and what was learnt', () => {
  expect(lines(ROUTED_REPORT).filter((line) => /^ {2}(sends|targets|units|rules|learnt) /.test(line))).toEqual([
    '  sends        1,030 due = 980 answered + 50 not sent (left out by rules 30, no target available 14, of no unit 2, sent on too often 4)',
    '  targets      4 targets in 2 pools, 2 changes of state, 1 ejection withheld, as too many were out  ← 14 sends found no target available',
    '  units        version 2 after 1 change, one 680 (69 %), <two> 300 (31 %), 5 central requests, 75 requests without a user  ← 1 send misrouted; 3 sends still held',
    '  rules        3 rules, 1 applied  ← never matched: legacy <b>\\x1b[2J; matched and fitted no request: body',
    '  learnt       290 requests rewritten, 60 sessions known at the end  ← never learnt: csrf <i>\\x1b; learnt and never needed: order; missing in some answers: token; 1 session forgotten for lack of memory; 7 answers in no session',
  ]);
});

test('targets: shares beside weights, and what each was like over the run', () => {
  expect(after(ROUTED_REPORT, 'target ')).toEqual([
    'target  pool                                          unit  weight  sends  share  expected  by weight  state              █ up ▒ returning · out',
    'a:80    a                                             one        3    600   61 %      60 %       75 %  up                 ████████████████████████',
    'b:80    a                                             one        1     80  8.0 %      10 %       25 %  returning at 40 %  ██████············▒▒▒▒▒▒',
    'c:80    b"><script>alert(3)<script>\\x1b[2J (standby)  any        1    300   31 %      30 %        0 %',
    'old:80  a                                             one        0      0    0 %       0 %        0 %  taken out',
    '2 targets taken out before: 20 sends',
  ]);
});

test('what changed stands in the order of time, from the start of the run', () => {
  expect(after(ROUTED_REPORT, 'what changed')).toEqual([
    'what changed',
    '  500 ms  old:80  taken out: 12 in flight, the last ended 31.2 ms later',
    '  2.50 s  b:80    up → down: 3 bad checks in a row: \\x1b]0;<img src=x>',
    '  5.00 s  units   version 2 committed after 3.10 ms: 120 sends of 98 users held, 4.10 ms at most, the last released 200 µs after that',
    '  7.51 s  b:80    down → returning: 5 s out, then 2 good checks in a row',
  ]);
  const many = Array.from({ length: 20 }, (_, at) => ({ atMs: at, subject: 'a:80', text: 'up → down: x' }));
  expect(renderEvents(many)).toMatch(/\n {2}and 8 more changes$/);
});

test('where several workers judged the targets, it is said whose view is told', () => {
  const plan = { ...(SIMPLE_REPORT.plan as NonNullable<ReplayReport['plan']>), workers: 4 };
  expect(after({ ...ROUTED_REPORT, plan }, 'what changed')[0]).toBe(
    'what changed; states as one of 4 workers saw them, who saw most changes',
  );
});

test('nothing that a target, a pool or a rule is called can steer a terminal', () => {
  expect(renderReplayReport(ROUTED_REPORT)).not.toContain('\x1b');
});

test('a target of two pools is told with its pool', () => {
  const drain = { by: 'weight', startedAt: 0, inFlight: 0, state: 'drained', drainedAfter: 0 } as const;
  const targets = [target('x/a:80'), target('y/a:80'), target('y/b:80')];
  const drains = targets.map(({ id }) => ({ ...drain, id }));
  const routing = { ...TWO_TARGETS, targets: { ...TWO_TARGETS.targets, targets, drains } };
  expect(eventsOf(routing).map(({ subject }) => subject)).toEqual(['x/a:80', 'y/a:80', 'b:80']);
  expect(eventsOf(routing).map(({ atMs }) => atMs)).toEqual([0, 0, 0]);
});

test('a long list of targets begins with those that changed', () => {
  const many = Array.from({ length: 30 }, (_, at) => target(`all/t${at}:80`, { sends: at }));
  const ill = health('all/t3:80', { changeCount: 1, timeline: [{ atMs: 10, from: 'up', to: 'ejected', why: 'x' }] });
  const routing = { ...TWO_TARGETS, targets: { ...TWO_TARGETS.targets, targets: many }, health: { targets: [ill] } };
  const table = renderTargets({ ...SIMPLE_REPORT, routing }).split('\n');
  expect(table).toHaveLength(14);
  expect(table[1]).toMatch(/^t3:80 /);
  expect(table[2]).toMatch(/^t29:80 /);
  expect(table.at(-1)).toBe('and 18 more');
});

test('a target that is out at the end is named, one that has no weight is not', () => {
  const out = (weight: number) => {
    const targets = [target('all/a:80'), target('all/b:80', { weight })];
    const judged = { targets: [health('all/b:80', { state: 'down', share: 0 })] };
    const routing = { ...TWO_TARGETS, targets: { ...TWO_TARGETS.targets, targets }, health: judged };
    return lines({ ...SIMPLE_REPORT, routing }).find((line) => line.startsWith('  targets'));
  };
  expect(out(1)).toBe('  targets      2 targets  ← out at the end: b:80');
  expect(out(0)).toBe('  targets      2 targets');
});

test('the course of a target: from when it came, a short outage is seen, what was not kept is not made up', () => {
  const drawn = (changes: Parameters<typeof health>[1]) =>
    renderCourse(courseOf(health('x', changes), 10_000), 10_000, 20);
  const blink = [
    { atMs: 5_000, from: 'up', to: 'down', why: '' },
    { atMs: 5_001, from: 'down', to: 'up', why: '' },
  ] as const;
  expect(drawn({ timeline: blink, changeCount: 2 })).toBe('██████████·█████████');
  expect(drawn({ timeline: blink, changeCount: 9 })).toBe('██████████·?????????');
  const timeInMs = { up: 5_000, returning: 0, down: 0, ejected: 0 };
  expect(drawn({ timeInMs })).toBe('          ██████████');
  expect(drawn({ state: 'ejected', timeInMs: { ...timeInMs, up: 10_000 } })).toBe('····················');
});

test('changes before the start and behind the end of a run stay within it', () => {
  const timeline = [
    { atMs: -50, from: 'up', to: 'down', why: '' },
    { atMs: 4_000, from: 'down', to: 'returning', why: '' },
    { atMs: 12_000, from: 'returning', to: 'up', why: '' },
  ] as const;
  expect(courseOf(health('x', { timeline, changeCount: 3 }), 10_000)).toEqual([
    { state: 'down', fromMs: 0, toMs: 4_000 },
    { state: 'returning', fromMs: 4_000, toMs: 10_000 },
  ]);
  expect(courseOf(health('x'), 0)).toEqual([]);
});

test('drains in words', () => {
  const told = (changes: Partial<Parameters<typeof describeDrain>[0]>) =>
    describeDrain({
      id: 'a',
      by: 'weight',
      startedAt: 0,
      inFlight: 2,
      state: 'drained',
      drainedAfter: 900,
      ...changes,
    });
  expect(told({})).toBe('takes nothing new (weight 0): 2 in flight, the last ended 900 µs later');
  expect(told({ inFlight: 0, drainedAfter: 0 })).toBe('takes nothing new (weight 0): nothing was in flight');
  expect(told({ state: 'resumed', drainedAfter: undefined })).toBe(
    'takes nothing new (weight 0): 2 in flight; took sends again later',
  );
  expect(told({ by: 'removal', state: 'draining', drainedAfter: undefined })).toBe(
    "taken out: 2 in flight, the last had not ended at the run's end",
  );
});

test('changes of units in words', () => {
  const [change] = ILL.units?.changes ?? [];
  const told = (changes: object) => describeUnitChange({ ...(change as NonNullable<typeof change>), ...changes });
  const none = { held: 0, users: 0, released: 0 };
  expect(told({ ...none, decidedAt: change?.preparedAt })).toBe('version 2 committed at once: no send had to wait');
  expect(told({ state: 'prepared', decidedAt: undefined, released: 100 })).toBe(
    'version 2 prepared and never committed: 120 sends of 98 users held, 4.10 ms at most, 20 not released',
  );
  expect(told({ ...none, state: 'aborted', refused: 7 })).toBe(
    'version 2 given up after 3.10 ms: no send had to wait, 7 not sent, as no more could be held',
  );
});

test('rules without an effect are named, those that keep requests are not', () => {
  expect(renderRules(RULES).split('\n')).toEqual([
    'rule               matched  applied  did not fit',
    'tenant               1,000      990  not-json 10',
    'legacy <b>\\x1b[2J        0        0',
    'body                     5        0  pattern-not-found 5',
  ]);
  expect(idleRules([{ name: 'keep', matched: 5, applied: 0, failed: {} }])).toEqual([]);
  const many = Array.from({ length: 9 }, (_, at) => ({ name: `r${at}`, matched: 0, applied: 0, failed: {} }));
  expect(idleRules(many)).toEqual(['never matched: r0, r1, r2, r3, r4 and 4 more']);
});

test('what was learnt as it should be says nothing more', () => {
  const rule = { name: 'token', learnt: 5, missing: 0, replaced: 9, tooShort: 0 };
  const whole = { rules: [rule], rewritten: 9, sessions: 5, sessionsDropped: 0, valuesDropped: 0, withoutSession: 0 };
  expect(correlationTroubles(whole)).toEqual([]);
  expect(after({ ...SIMPLE_REPORT, correlation: whole, thresholds: [] }, '  learnt')[0]).toBe(
    '  learnt       9 requests rewritten, 5 sessions known at the end',
  );
});

test('what no target was chosen for is not told as one of all their names', () => {
  const table = renderOperations([operation('GET /', {}), operation('GET /', { target: 'a:80, b:80', notSent: 5 })]);
  expect(table).toContain('GET / (no target) ');
});

test('the title names a few targets of many', () => {
  const names = Array.from({ length: 8 }, (_, at) => `t${at}:80`);
  expect(lines({ ...SIMPLE_REPORT, target: names.join(', ') })[0]).toBe(
    'replay to t0:80, t1:80, t2:80, t3:80, t4:80 and 3 more (run r1), 10.0 s',
  );
  expect(listNames([])).toBe('');
});

test('reasons of other versions are told by their names', () => {
  expect(describeReason('constructor')).toBe('constructor');
});

test('targets that are out and held sends show in the line of progress', () => {
  const routing = { targets: 3, out: ['a:80'], held: 12 };
  expect(renderReplayProgress({ ...SOME_PROGRESS, routing })).toBe(
    '3 s  1,200 due, 1,190 answered, 8 in flight, 2 not sent, 1 target out, 12 held  on 1 connection',
  );
});
