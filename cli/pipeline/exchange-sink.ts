/**
 * Where exchanges go at the end of the pipeline. One pipeline feeds several sinks, none delaying another: a live
 * pipeline never asks for room, so a sink that is full drops and counts in an account of its own; a pipeline that reads
 * a file waits for the slowest.
 */
import type { Exchange, RequestReady } from '../../core/index.ts';

export interface ExchangeSink {
  readonly name: string;
  /** A complete request, before its answer is known. */
  request?(ready: RequestReady): void;
  exchange?(exchange: Exchange): void;
  /** Undefined where there is room now; otherwise resolves when there is. */
  room?(): Promise<void> | undefined;
  /** Writes what is left; everything taken has arrived, or is counted as dropped. */
  finish(): Promise<void>;
}
