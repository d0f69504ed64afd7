/** One target of a pool: who it is, what it may take, and what it has. */
import type { Micros } from '../../core/index.ts';
import { parseTarget, type Target } from '../target.ts';
import { hashOf, scrambled } from './key-hash.ts';

/** What there is to know about a target before it is opened. */
export interface PoolTarget {
  /** `pool/host:port`. */
  readonly id: string;
  /** `host:port`. */
  readonly name: string;
  readonly pool: string;
  /** Of its pool; undefined where it takes the sends of all. */
  readonly unit: string | undefined;
  /** As written. */
  readonly to: string;
  readonly target: Target;
}

/** `host:port`, an IPv6 address in brackets. */
export function targetName({ hostname, port }: Target): string {
  return hostname.includes(':') ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** @throws BytecopyError `REPLAY_TARGET_INVALID` (exit code 2) */
export function poolTarget(
  to: string,
  pool: { readonly name: string; readonly unit?: string | undefined },
): PoolTarget {
  const target = parseTarget(to);
  const name = targetName(target);
  return { id: `${pool.name}/${name}`, name, pool: pool.name, unit: pool.unit, to, target };
}

/** Its fields that can be written are the target set's own. */
export class TargetEntry<Handle> {
  readonly id: string;
  readonly name: string;
  readonly pool: string;
  readonly unit: string | undefined;
  readonly handle: Handle;
  /** Its block in the hash that ranks it for a key. */
  readonly salt: number;
  /** As configured, or set since; 0 takes nothing new. */
  weight: number;
  /** What its health lets it take, 0–1. */
  availability = 1;
  /** Its part of what its pool gets now, 0–1. */
  poolShare = 0;
  inFlight = 0;
  /** Sends that began. */
  sends = 0;
  /** Sends that were to be expected of what it could take. */
  expectedSends = 0;
  /** When it was last chosen, monotonic. */
  chosenAt: Micros | undefined;

  constructor(target: PoolTarget, weight: number, handle: Handle) {
    this.id = target.id;
    this.name = target.name;
    this.pool = target.pool;
    this.unit = target.unit;
    this.handle = handle;
    this.salt = scrambled(hashOf(target.id));
    this.weight = weight;
  }
}
