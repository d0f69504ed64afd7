/** What replays and mirrors need of their targets: addresses found, guards set, senders ready to be opened. */
import { type Clock, formatEndpoint, type Sender, type SendHandler } from '../core/index.ts';
import { AllowedTargets } from './allowed-targets.ts';
import { ConnectionPool } from './connection/connection-pool.ts';
import { setUpTls } from './connection/open-socket.ts';
import type { OwnEndpoints } from './connection/own-endpoints.ts';
import { firstReachable } from './connection/reachable.ts';
import type { ProbedTarget } from './health/health-probe.ts';
import { Http2Sender } from './http2/http2-sender.ts';
import type { SendingOptions } from './options.ts';
import { type RecordedServers, resolveTarget, type Target, TargetGuard } from './target.ts';

export interface TargetDeps {
  readonly clock: Clock;
  readonly ownEndpoints: OwnEndpoints;
}

/** A target whose address is known. */
export interface FoundTarget {
  /** `host:port` that is sent to. */
  readonly name: string;
  readonly target: Target;
  readonly probed: ProbedTarget;
  readonly guard: RecordedServers;
  /** Opens no connection yet. @param handler gets every outcome */
  connect(handler: SendHandler): Sender;
}

/** @throws BytecopyError `REPLAY_TARGET_UNKNOWN` (exit code 1), `REPLAY_TARGET_NOT_ALLOWED`, `REPLAY_TLS_INVALID` (exit code 2) */
export async function findTarget(target: Target, options: SendingOptions, deps: TargetDeps): Promise<FoundTarget> {
  const endpoints = await resolveTarget(target);
  if (options.allowedTargets !== undefined) new AllowedTargets(options.allowedTargets).check(target, endpoints);
  const endpoint = await firstReachable(endpoints, options.timeoutMs);
  const { maxConnections, timeoutMs, pipelining, retry, keepResponses, http2, runId } = options;
  const { hostname: hostName, authority } = target;
  const tls = target.secure ? { ...options.tls, hostName } : undefined;
  const pool = { endpoint, maxConnections, timeoutMs, pipelining, retry, keepResponses, tls };
  return {
    name: formatEndpoint(endpoint),
    target,
    probed: { endpoint, authority, runId, tls: tls === undefined ? undefined : setUpTls(tls, hostName) },
    guard: new TargetGuard(target, endpoints),
    connect: (handler) =>
      http2 ? new Http2Sender(pool, { ...deps, handler }) : new ConnectionPool(pool, { ...deps, handler }),
  };
}
