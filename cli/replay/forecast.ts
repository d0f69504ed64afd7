/**
 * What a recording holds for a replay, from one pass over it: how much can be sent, when, what writes, what stays behind.
 *
 *     exchanges = sendable (by protocol) + left behind (by reason)
 *
 * Memory is independent of the recording's length.
 */
import type { Exchange, Micros, NotSentReason, Protocol, RecordedCounts } from '../../core/index.ts';
import type { RequestCheck } from '../../emitter/index.ts';
import { type DistinctCount, DistinctKeys } from './distinct-keys.ts';
import type { Horizon } from './horizon.ts';
import { type OperationCount, OperationCounts } from './operation-counts.ts';
import { RhythmCounter } from './rhythm.ts';

export interface Forecast {
  /** Looked at: all, or those up to the horizon. */
  readonly exchanges: number;
  /** There is nothing behind them. */
  readonly complete: boolean;
  /** What can be sent; writes are among it unless they are to be left out. */
  readonly sendable: number;
  readonly protocols: Readonly<Partial<Record<Protocol, number>>>;
  readonly leftBehind: Readonly<Partial<Record<NotSentReason, number>>>;
  /** Times of the first and the last exchange, as the recording is read by; 0 where there is none. */
  readonly span: { readonly firstAt: Micros; readonly lastAt: Micros };
  /** First and last request that can be sent; 0 where there is none. */
  readonly firstAt: Micros;
  readonly lastAt: Micros;
  /** Between the last two of them, and so between passes over the recording; 0 where there are none. */
  readonly lastGapMicros: Micros;
  /** Of what can be sent. */
  readonly rhythm: RecordedCounts;
  /** Operations that may change something, most frequent first, whether they will be sent or not. */
  readonly writes: readonly OperationCount[];
  /** Sessions among what can be sent; undefined where order is free. */
  readonly sessions: DistinctCount | undefined;
}

/** What the emitter says of the exchanges, what was said about writes, and how far the plan can come. */
export interface ForecastRules extends RequestCheck {
  readonly writes: 'undecided' | 'allow' | 'skip';
  readonly horizon: Horizon;
}

/** @throws BytecopyError as the check and the recording do */
export async function forecast(
  pages: AsyncIterable<readonly Exchange[]>,
  { check, writes, sessionOf, horizon }: ForecastRules,
): Promise<Forecast> {
  const rhythm = new RhythmCounter();
  const written = new OperationCounts();
  const sessions = sessionOf === undefined ? undefined : new DistinctKeys();
  const protocols: Partial<Record<Protocol, number>> = {};
  const leftBehind: Partial<Record<NotSentReason, number>> = {};
  const all = new Span();
  const sent = new Span();
  let complete = true;
  looking: for await (const page of pages) {
    for (const exchange of page) {
      const at = exchange.request?.firstByteAt ?? exchange.id.at;
      if (sent.count >= horizon.sends || (sent.count > 0 && at - sent.firstAt >= horizon.spanMicros)) {
        complete = false;
        break looking;
      }
      all.add(exchange.id.at);
      let reason = check(exchange);
      if (reason === 'write-not-allowed') {
        written.add(exchange.operation);
        if (writes !== 'skip') reason = undefined;
      }
      if (reason !== undefined) {
        leftBehind[reason] = (leftBehind[reason] ?? 0) + 1;
        continue;
      }
      sent.add(at);
      rhythm.add(at);
      protocols[exchange.protocol] = (protocols[exchange.protocol] ?? 0) + 1;
      if (sessionOf !== undefined) sessions?.add(sessionOf(exchange));
    }
  }
  return {
    exchanges: all.count,
    complete,
    sendable: sent.count,
    protocols,
    leftBehind,
    span: { firstAt: all.firstAt, lastAt: all.lastAt },
    firstAt: sent.firstAt,
    lastAt: sent.lastAt,
    lastGapMicros: sent.lastGapMicros,
    rhythm: rhythm.rhythm(),
    writes: written.mostFrequentFirst(),
    sessions: sessions?.count(),
  };
}

class Span {
  count = 0;
  firstAt: Micros = 0;
  lastAt: Micros = 0;
  lastGapMicros: Micros = 0;

  add(at: Micros): void {
    if (this.count > 0) this.lastGapMicros = Math.max(0, at - this.lastAt);
    if (this.count === 0 || at < this.firstAt) this.firstAt = at;
    if (at > this.lastAt) this.lastAt = at;
    this.count++;
  }
}
