/**
 * Port `Discovery`: the instances of a service by its name, watched.
 *
 * An adapter owes: the whole list each time, the first as soon as it is known, then only where it changed; no call after
 * it was stopped; what it knew stays as it was where it cannot look, and that is told as trouble; no address twice.
 */
import type { BytecopyError } from '../errors.ts';

/** Where an instance listens. */
export interface ServiceInstance {
  /** An address or a name that resolves to one; IPv6 without brackets. */
  readonly host: string;
  /** 1–65535. */
  readonly port: number;
  /** Relative to its neighbours; 0 takes nothing. */
  readonly weight: number;
}

export interface DiscoveryWatcher {
  /** @param instances sorted by host and port; all there are */
  changed(instances: readonly ServiceInstance[]): void;
  /** A look that failed: once, until one goes well again or fails for another reason. */
  trouble(error: BytecopyError): void;
}

export interface Discovery {
  /** @returns ends the watch; idempotent */
  watch(name: string, watcher: DiscoveryWatcher): () => void;
}
