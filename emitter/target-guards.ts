/**
 * Refuses what was recorded from any target of a run, those included that come while it runs: what was let through lately
 * is remembered by its servers, because it may still wait to be sent.
 */
import type { Endpoint, Flow } from '../core/index.ts';
import type { RecordedServers } from './target.ts';

/** Servers remembered, the newest: as many as sends are planned ahead. */
const MAX_SERVERS = 4_096;

export class TargetGuards implements RecordedServers {
  readonly #guards: RecordedServers[] = [];
  /** By server and host. */
  readonly #passed = new Map<string, { readonly flow: Flow; readonly host: string }>();
  #lastServer: Endpoint | undefined;
  #lastHost = '';

  /** @throws BytecopyError `REPLAY_TARGET_IS_RECORDED` (exit code 2) where something passed that was recorded from this target */
  add(guard: RecordedServers): void {
    for (const { flow, host } of this.#passed.values()) guard.check(flow, host);
    this.#guards.push(guard);
  }

  check(flow: Flow, host: string): void {
    for (const guard of this.#guards) guard.check(flow, host);
    const { server } = flow;
    const last = this.#lastServer;
    if (last?.port === server.port && last.address === server.address && this.#lastHost === host) return;
    this.#lastServer = server;
    this.#lastHost = host;
    const key = `${server.address} ${server.port} ${host}`;
    if (this.#passed.has(key)) return;
    this.#passed.set(key, { flow, host });
    if (this.#passed.size <= MAX_SERVERS) return;
    const [oldest] = this.#passed.keys();
    if (oldest !== undefined) this.#passed.delete(oldest);
  }
}
