/**
 * Flow id: 64 bits as 16 hexadecimal digits, equal for everyone who sees the same flow.
 *
 *   handshake seen     hash(client's ISN, server's ISN, client port): the same at both ends, through address translation
 *   otherwise          hash(lower endpoint, higher endpoint, network, start time): ports are reused, so never without time
 *
 * Two murmur3-style 32-bit lanes; an id, not a defence: nothing relies on it being hard to forge.
 */
import type { Micros } from '../units.ts';
import { type Endpoint, formatEndpoint } from './endpoint.ts';

/** 16 lower-case hexadecimal digits. */
export type FlowId = string;

export function flowIdFromHandshake(clientIsn: number, serverIsn: number, clientPort: number): FlowId {
  const hash = new Lanes();
  hash.add(clientIsn);
  hash.add(serverIsn);
  hash.add(clientPort);
  return hash.digits();
}

export function flowIdFromTuple(one: Endpoint, other: Endpoint, network: string, startedAt: Micros): FlowId {
  const [low, high] = [formatEndpoint(one), formatEndpoint(other)].sort() as [string, string];
  const hash = new Lanes();
  for (const text of [low, high, network]) {
    hash.add(text.length);
    for (let i = 0; i < text.length; i++) hash.add(text.charCodeAt(i));
  }
  hash.add(Math.floor(startedAt / 0x1_0000_0000));
  hash.add(startedAt >>> 0);
  return hash.digits();
}

/** Two independent 32-bit murmur3 states fed with 32-bit words (public domain algorithm by Austin Appleby). */
class Lanes {
  #one = 0x9747b28c;
  #two = 0x5bd1e995;
  #words = 0;

  add(word: number): void {
    this.#one = mixWord(this.#one, word, 0xcc9e2d51, 0x1b873593);
    this.#two = mixWord(this.#two, word, 0x239b961b, 0xab0e9789);
    this.#words++;
  }

  digits(): FlowId {
    // One number to text, not two texts joined: the engine would keep both beside the joined one.
    const high = BigInt(finish(this.#one ^ this.#words)) << 32n;
    return (high | BigInt(finish(this.#two ^ this.#words))).toString(16).padStart(16, '0');
  }
}

function mixWord(state: number, word: number, first: number, second: number): number {
  let mixed = Math.imul(word, first);
  mixed = Math.imul((mixed << 15) | (mixed >>> 17), second);
  const next = state ^ mixed;
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(state: number): number {
  let hash = state ^ (state >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
