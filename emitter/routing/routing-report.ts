/** What the report of a run says of its targets; of several workers it is joined. */
import type { Micros } from '../../core/index.ts';
import type { HealthReport, TargetHealthReport } from '../health/health-report.ts';
import type { TargetReport, TargetSetReport } from '../targets/index.ts';
import { mergeUnitReports, type UnitReport } from '../units/index.ts';

export interface RoutingReport {
  /** The run's start by the monotonic clock, by which drains and changes of units are told. */
  readonly startedAt: Micros;
  readonly targets: TargetSetReport;
  /** Undefined where nobody judged them. */
  readonly health: HealthReport | undefined;
  /** Undefined where users may go anywhere. */
  readonly units: UnitReport | undefined;
}

/** Where several targets stand while a run is under way. */
export interface RoutingProgress {
  /** Those with a weight. */
  readonly targets: number;
  /** Names of those that have one and take nothing now. */
  readonly out: readonly string[];
  /** Sends that wait for their users to move. */
  readonly held: number;
}

/** Each worker judges the targets by itself: out is what is so for one of them. */
export function joinRoutingProgress(one: RoutingProgress, other: RoutingProgress): RoutingProgress {
  return {
    targets: Math.max(one.targets, other.targets),
    out: [...new Set([...one.out, ...other.out])],
    held: one.held + other.held,
  };
}

/**
 * Sends add up, and shares are of all. Each worker judges the targets by itself: of each target the course that changed
 * most is told.
 * @param reports one of each worker, at least one
 */
export function joinRouting([first, ...others]: readonly RoutingReport[]): RoutingReport | undefined {
  if (first === undefined || others.length === 0) return first;
  const all = [first, ...others];
  const sends = sum(all.map(({ targets }) => targets.sends));
  const byId = new Map<string, TargetReport[]>();
  for (const { targets } of all) for (const one of targets.targets) push(byId, one.id, one);
  const targets = [...byId.values()].map((ones) =>
    joinTarget(
      ones,
      sends,
      all.map((report) => report.targets.sends),
    ),
  );
  const left = all.map(({ targets: { others: out } }) => out);
  return {
    startedAt: Math.min(...all.map(({ startedAt }) => startedAt)),
    targets: {
      sends,
      targets,
      others: { targets: Math.max(...left.map((out) => out.targets)), sends: sum(left.map((out) => out.sends)) },
      drains: all.flatMap((report) => report.targets.drains),
    },
    health: joinHealth(all.flatMap(({ health }) => health ?? [])),
    units: joinUnits(all.flatMap(({ units: own }) => own ?? [])),
  };
}

function joinTarget(ones: readonly TargetReport[], sends: number, sendsOfWorkers: readonly number[]): TargetReport {
  const [first] = ones as [TargetReport];
  const own = sum(ones.map((one) => one.sends));
  const expected = sum(ones.map((one, worker) => one.expectedShare * (sendsOfWorkers[worker] ?? 0)));
  return {
    ...first,
    inFlight: sum(ones.map(({ inFlight }) => inFlight)),
    sends: own,
    share: sends === 0 ? 0 : own / sends,
    expectedShare: sends === 0 ? 0 : expected / sends,
  };
}

function joinHealth(reports: readonly HealthReport[]): HealthReport | undefined {
  if (reports.length === 0) return undefined;
  const byId = new Map<string, TargetHealthReport[]>();
  for (const { targets } of reports) for (const one of targets) push(byId, one.id, one);
  const most = (ones: readonly TargetHealthReport[]) =>
    ones.reduce((one, other) => (other.changeCount > one.changeCount ? other : one));
  return { targets: [...byId.values()].map(most) };
}

function joinUnits([first, ...others]: readonly UnitReport[]): UnitReport | undefined {
  return first === undefined ? undefined : mergeUnitReports([first, ...others]);
}

function push<Value>(lists: Map<string, Value[]>, id: string, value: Value): void {
  const list = lists.get(id);
  if (list === undefined) lists.set(id, [value]);
  else list.push(value);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
