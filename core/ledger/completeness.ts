/**
 * How much of what was seen came out whole, as one number:
 *
 *   ratio = complete / (complete + lone + broken)
 *
 * Complete is a pair whose both sides are whole, or a whole call that has no answer by its nature, were it only by all that
 * was seen of it (`maybe-oneway`). Lone is one side
 * without the other; broken is a pair, or such a call, of which bytes are missing. Sessions and replayed traffic do not count. What
 * nobody saw cannot be in the ratio, so what hints at it stands beside: gap bytes, drops, and flows that are not parsed.
 */
import type { ByteCount } from '../units.ts';
import type { AccountReport } from './account.ts';
import type { LedgerReport } from './ledger.ts';

export interface Completeness {
  /** 0 to 1; null where there was no exchange. */
  readonly ratio: number | null;
  /** Exchanges that count: complete + lone + broken. */
  readonly exchanges: number;
  readonly complete: number;
  readonly lone: number;
  readonly broken: number;
  /** Flows or parts of flows kept as a whole; they are neither complete nor incomplete. */
  readonly sessions: number;
  /** Messages with the replay marker, which are left out. */
  readonly replayedMessages: number;
  readonly gapBytes: ByteCount;
  /** Null where the source cannot tell. */
  readonly kernelDrops: number | null;
  readonly interfaceDrops: number | null;
  /** Packets that we dropped ourselves because the stages behind had no room. */
  readonly shedPackets: number;
  /** Flows that are kept as sessions, by the name of what they speak; each is one session or more. */
  readonly kept: Readonly<Record<string, number>>;
  /** Flows that are neither taken apart into exchanges nor kept, by the name of what they speak. */
  readonly notParsed: Readonly<Record<string, number>>;
}

const FLOWS = 'flows:';
const KEPT = 'flows-kept:';
/** Names of flows that are taken apart, or that stand for something inside or around another protocol. */
const NOT_COUNTED: ReadonlySet<string> = new Set([
  'http1',
  'thrift',
  'empty',
  'tunnel',
  'socks',
  'proxy-protocol',
  'thrift-sasl',
]);

export function completenessOf({ accounts, facts }: LedgerReport): Completeness {
  const broken = facts['exchanges:broken'] ?? 0;
  const silent = facts['exchanges:maybe-oneway'] ?? 0;
  const complete = (facts['exchanges:paired'] ?? 0) + (facts['exchanges:oneway'] ?? 0) + silent - broken;
  const lone = (facts['exchanges:request-only'] ?? 0) + (facts['exchanges:response-only'] ?? 0) - silent;
  const exchanges = complete + lone + broken;
  const kept = named(facts, KEPT);
  return {
    ratio: exchanges === 0 ? null : complete / exchanges,
    exchanges,
    complete,
    lone,
    broken,
    sessions: facts['exchanges:session'] ?? 0,
    replayedMessages: aside(accounts.messages, 'left-out'),
    gapBytes: aside(accounts['stream bytes'], 'gap'),
    kernelDrops: facts['kernel-dropped-packets'] ?? null,
    interfaceDrops: facts['interface-dropped-packets'] ?? null,
    shedPackets: accounts.packets?.aside.ignored?.shed ?? 0,
    kept,
    notParsed: Object.fromEntries(
      Object.entries(named(facts, FLOWS))
        .map(([name, count]): [string, number] => [name, count - (kept[name] ?? 0)])
        .filter(([name, count]) => count > 0 && !NOT_COUNTED.has(name)),
    ),
  };
}

/** @param percent above 0 up to 100; nothing seen reaches nothing */
export function reachesCompleteness({ complete, exchanges }: Completeness, percent: number): boolean {
  return exchanges > 0 && complete * 100 >= percent * exchanges;
}

/** The facts whose names begin so, by the rest of them. */
function named(facts: Readonly<Record<string, number>>, prefix: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(facts)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, count]) => [name.slice(prefix.length), count]),
  );
}

function aside(account: AccountReport | undefined, group: string): number {
  return Object.values(account?.aside[group] ?? {}).reduce((sum, count) => sum + count, 0);
}
