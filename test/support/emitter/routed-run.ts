/** A replay over several targets in this process, watched send by send, whose accounts must add up. */
import { expect } from 'vitest';
import { type Exchange, Ledger, type ReplayResult } from '../../../core/index.ts';
import { mergeSnapshots, Replayer, type ReplayOptions, type ReplayReport } from '../../../emitter/index.ts';
import { exchange, get, RECORDED_AT } from './recording.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

const PAGE = 256;
const GAP_MICROS = 200;
const POLL_MS = 2;

export interface RoutedRun {
  readonly count: number;
  readonly options: Partial<ReplayOptions>;
  /** Verbatim request bytes of the n-th. */
  readonly bytes?: ((index: number) => string) | undefined;
  readonly onResult?: ((result: ReplayResult) => void) | undefined;
  /** Emitters that share the plan. */
  readonly shards?: number;
}

export interface Routed {
  readonly replayers: readonly Replayer[];
  /** Of all together; rejects where the accounts do not add up. */
  readonly report: Promise<ReplayReport>;
  /** Resolves when so many were answered, all together. */
  answered(count: number): Promise<void>;
}

export function routed({ count, options, bytes = get, onResult, shards = 1 }: RoutedRun): Routed {
  const runs = Array.from({ length: shards }, (_, index) => {
    const ledger = new Ledger();
    const given = { target: 'several', runId: 'run', maxConnections: 32, shard: { index, count: shards }, ...options };
    const deps = { clock: SYSTEM_CLOCK, ledger, ...(onResult === undefined ? {} : { onResult }) };
    return { ledger, replayer: new Replayer(given, deps) };
  });
  const replayers = runs.map(({ replayer }) => replayer);
  const whole = async (): Promise<ReplayReport> => {
    const snapshots = await Promise.all(replayers.map((replayer) => replayer.run(() => pages(count, bytes))));
    for (const { ledger } of runs) expect(ledger.report().balanced).toBe(true);
    const { report } = mergeSnapshots(snapshots);
    expect(report.balanced).toBe(true);
    expect(report.answered + sum(report.failed) + sum(report.notSent)).toBe(count);
    return report;
  };
  return {
    replayers,
    report: whole(),
    answered: (enough) =>
      until(() => replayers.reduce((all, replayer) => all + replayer.progress().answered, 0) >= enough),
  };
}

export function sum(counts: Readonly<Record<string, number | undefined>>): number {
  return Object.values(counts).reduce<number>((total, count) => total + (count ?? 0), 0);
}

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

async function* pages(count: number, bytes: (index: number) => string): AsyncGenerator<readonly Exchange[]> {
  for (let from = 0; from < count; from += PAGE) {
    const length = Math.min(PAGE, count - from);
    yield Array.from({ length }, (_, at) =>
      exchange(bytes(from + at), { at: RECORDED_AT + (from + at) * GAP_MICROS, index: from + at }),
    );
    await Promise.resolve();
  }
}
