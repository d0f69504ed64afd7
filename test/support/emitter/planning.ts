/** Plans of a recording held in memory: everything up to the queue, without a connection. */
import type { Exchange, PreparedRequest, Send } from '../../../core/index.ts';
import { checkReplayOptions, type ReplayOptions } from '../../../emitter/options.ts';
import { PageReader } from '../../../emitter/plan/page-reader.ts';
import { Planner, type Preparer } from '../../../emitter/plan/planner.ts';
import type { OpenRecording, RecordingSpan } from '../../../emitter/plan/recording.ts';
import { openPass } from '../../../emitter/plan/recording-pass.ts';

/** Steps a call of `plan`, as few as a replay takes. */
const STEPS = 32;
const PAGE = 100;

export type PlanOptions = Partial<Omit<ReplayOptions, 'target' | 'runId'>>;

export function planOptions(given: PlanOptions): ReturnType<typeof checkReplayOptions> {
  return checkReplayOptions({ target: 'http://127.0.0.1:9', runId: 'r', writes: 'skip', ...given });
}

/** A request of these bytes, without any change. */
export function requestOf(exchange: Exchange): PreparedRequest {
  return {
    exchange: exchange.id,
    protocol: exchange.protocol,
    wire: 'http1',
    operation: exchange.operation,
    verb: exchange.verb,
    parts: exchange.request?.parts ?? [],
    byteCount: exchange.request?.byteCount ?? 0,
    repeatable: true,
    expects: 'answer',
    sequence: undefined,
    turns: [],
    recordedAnswer: '',
  };
}

/** Takes everything that has a request. */
export const TAKES_ALL: Preparer = {
  check: (exchange) => (exchange.request === undefined ? 'incomplete' : undefined),
  build: requestOf,
};

/** A recording in pages, as a store gives it: by range of the exchanges' ids. */
export function recordedAs(exchanges: readonly Exchange[], pageSize = PAGE): OpenRecording {
  return async function* open(range) {
    const wanted =
      range === undefined ? exchanges : exchanges.filter(({ id }) => id.at >= range.since && id.at < range.until);
    for (let at = 0; at < wanted.length; at += pageSize) yield await Promise.resolve(wanted.slice(at, at + pageSize));
  };
}

export function spanOf(exchanges: readonly Exchange[]): RecordingSpan {
  const times = exchanges.map(({ id }) => id.at);
  return { firstAt: Math.min(...times), lastAt: Math.max(...times) };
}

export interface WholePlan {
  readonly sends: readonly Send[];
  /** `2 incomplete`, one an exchange. */
  readonly notSent: readonly string[];
}

/** Plans until the end, or until `maxSends` are planned here. */
export async function planOf(
  given: PlanOptions,
  exchanges: readonly Exchange[],
  { preparer = TAKES_ALL, maxSends = 100_000 }: { preparer?: Preparer; maxSends?: number } = {},
): Promise<WholePlan> {
  const options = planOptions(given);
  const sends: Send[] = [];
  const notSent: string[] = [];
  let came = (): void => {};
  const span = exchanges.length === 0 ? undefined : spanOf(exchanges);
  const pages = new PageReader(openPass(options, recordedAs(exchanges), span), options.loop, () => came());
  const planner = new Planner(options, {
    pages,
    preparer,
    queue: { full: false, offer: (send) => sends.push(send) },
    notSent: (_exchange, copies, reason) => notSent.push(`${copies} ${reason}`),
  });
  pages.start();
  while (!planner.ended && sends.length < maxSends) {
    const coming = new Promise<void>((resolve) => {
      came = resolve;
    });
    planner.plan(STEPS);
    if (planner.starved && !planner.ended) await coming;
  }
  pages.stop();
  return { sends, notSent };
}
