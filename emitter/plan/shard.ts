/**
 * Which part of a plan a shard sends: all make the same plan, each sends what is its own, so that together they are the
 * plan. A session's sends are one shard's, by hash of its key; sends without a session take turns.
 */
import { BytecopyError } from '../../core/index.ts';

export interface ShardPlace {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

/** @throws BytecopyError `REPLAY_OPTIONS_INVALID` (exit code 2) */
export function checkShard(shard: ShardPlace): ShardPlace {
  if (shard.index < shard.count) return shard;
  const message = `shard.index: shard ${shard.index} of ${shard.count} is none; they count from 0`;
  throw new BytecopyError('REPLAY_OPTIONS_INVALID', message, { exitCode: 2 });
}

/**
 * The shard, 0 to `count` − 1, of a session's key. FNV-1a (Fowler, Noll, Vo) over UTF-16 units, its bits spread by the
 * finisher of MurmurHash3 (Austin Appleby); both public domain.
 */
export function shardOf(key: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % count;
}
