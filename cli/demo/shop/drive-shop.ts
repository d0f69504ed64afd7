/** Customers: visits at an even rate over a few keep-alive connections, each with a trace of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { seededRandom } from './seeded-random.ts';
import { newTrace, traceHeaders } from './trace-parent.ts';
import { planVisit, type Visit } from './visits.ts';

export interface DriveOptions {
  readonly frontUrl: string;
  /** How many visits, at least 1. */
  readonly requests: number;
  readonly ratePerSecond: number;
  /** Decides what is asked for and the trace ids. */
  readonly seed: number;
  /** Ends the visits early; those under way are awaited. */
  readonly signal?: AbortSignal;
}

export interface DriveReport {
  readonly sent: number;
  readonly failed: number;
  /** Answers by status code. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Trace ids of the first visits, in the order they were sent; at most {@link MAX_TRACE_IDS}. */
  readonly traceIds: readonly string[];
}

const CONNECTIONS = 8;

/** So many trace ids are reported; a shop may stay open for days. */
const MAX_TRACE_IDS = 1_000;

/** Most visits waiting for their answer; when reached, the next ones are late instead of piling up. */
const MAX_UNDER_WAY = 256;

/** Visits are due at even times from the start on; never more than one tick ahead of them. */
export async function driveShop(options: DriveOptions): Promise<DriveReport> {
  const random = seededRandom(options.seed);
  const pool = new Pool(options.frontUrl, { connections: CONNECTIONS, pipelining: 1 });
  const statuses = new Map<number, number>();
  const traceIds: string[] = [];
  const underWay = new Set<Promise<void>>();
  let failed = 0;
  const startedMs = performance.now();
  let sent = 0;
  for (; sent < options.requests && !options.signal?.aborted; sent += 1) {
    const waitMs = startedMs + (sent * 1000) / options.ratePerSecond - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    if (underWay.size >= MAX_UNDER_WAY) await Promise.race(underWay);
    const trace = newTrace(random);
    if (traceIds.length < MAX_TRACE_IDS) traceIds.push(trace.traceId);
    const one = visit(pool, planVisit(random), traceHeaders(trace)).then(
      (status) => {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      },
      () => {
        failed += 1;
      },
    );
    const tracked = one.finally(() => underWay.delete(tracked));
    underWay.add(tracked);
  }
  await Promise.all(underWay);
  await pool.close();
  return { sent, failed, statuses, traceIds };
}

async function visit(pool: Pool, { method, path, body }: Visit, trace: Record<string, string>): Promise<number> {
  const headers = { 'user-agent': 'shop-customer/1.0', accept: '*/*', ...trace };
  const answer = await pool.request({
    method,
    path,
    headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
    body: body ?? null,
  });
  await answer.body.dump();
  return answer.statusCode;
}
