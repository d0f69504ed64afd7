/**
 * Ranks targets for a key: weighted rendezvous hashing.
 *
 *     cost(key, target) = −ln u ÷ weight,    u = hash(key, target) in (0, 1)
 *
 * The target of the least cost is the key's: an exponential of rate `weight` for each, so each is the least with
 * probability weight ÷ sum of weights, and a target that goes or comes moves its own keys only.
 *
 * Sources: D. Thaler, C. Ravishankar, "Using name-based mappings to increase hit rates" (1998); J. Resch, "New hashing
 * algorithms for data storage" (2015) for weights. The hash is MurmurHash3_x86_32 (Austin Appleby, public domain) of the
 * key in UTF-16LE, and the target's own hash as one block more.
 */

/** 32 bits. */
export function hashOf(key: string): number {
  const even = key.length & ~1;
  let hash = 0;
  for (let i = 0; i < even; i += 2) {
    hash = joined(hash, scrambled(key.charCodeAt(i) | (key.charCodeAt(i + 1) << 16)));
  }
  if (even < key.length) hash ^= scrambled(key.charCodeAt(even));
  return finished(hash ^ (key.length * 2));
}

/** A block, ready to be joined. */
export function scrambled(block: number): number {
  const product = Math.imul(block, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

/** @param salt the target's hash, {@link scrambled} */
export function costOf(keyHash: number, salt: number, weight: number): number {
  return -Math.log(fractionOf(keyHash, salt)) / weight;
}

/** Of a key alone: at which availability a target that comes back takes it, in (0, 1). */
export function sliceOf(keyHash: number): number {
  return fractionOf(keyHash, SLICE_SALT);
}

const SLICE_SALT = scrambled(0x51_1ce);

function fractionOf(keyHash: number, salt: number): number {
  return ((finished(joined(keyHash, salt)) >>> 0) + 0.5) / 0x1_0000_0000;
}

function joined(hash: number, block: number): number {
  const mixed = hash ^ block;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finished(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
