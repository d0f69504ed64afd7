/**
 * What the index holds of a block, as a sum over its postings and marks, the same however they are spread over entries:
 *
 *     digest = postings : sum of first hashes : sum of second hashes
 *
 * A posting is hashed with its prefix and positions, the marks of a block as the bytes that they are kept in, and its
 * number of exchanges as a posting of all.
 */
import { crc32 } from 'node:zlib';
import type { IndexDocument } from '../../core/index.ts';
import { lowBits } from './block-positions.ts';
import { takeLatencyMarks, takeSessionMarks } from './group-entries.ts';
import { GroupTerms } from './group-terms.ts';
import { LATENCY_MARK_BYTES } from './latency-marks.ts';
import { maxMarkBytes, writeMarks } from './position-marks.ts';
import { LATENCIES_PREFIX, OUTLINE_PREFIX, SESSIONS_PREFIX, tracePrefix } from './posting-fields.ts';
import { SESSION_MARK_BYTES } from './session-marks.ts';

const FIRST_SEED = 0x9e3779b9;
const SECOND_SEED = 0x85ebca6b;

const terms = new GroupTerms();
const marks = new Uint16Array(64);
const markBytes = Buffer.alloc(maxMarkBytes(64, SESSION_MARK_BYTES));

/** Digest of the block that has these documents. */
export function digestOfDocuments(documents: readonly IndexDocument[]): string {
  const sum = new PostingSum();
  terms.begin();
  terms.add(0, documents);
  terms.forEach((prefix, listed) => {
    sum.add(crc32(prefix), listed[1] as number, listed[2] as number);
  });
  terms.forEachTrace((digits, prefix, exchanges) => {
    let [low, high] = [0, 0];
    for (const position of typeof exchanges === 'number' ? [exchanges] : exchanges) {
      if (position < 32) low |= 1 << position;
      else high |= 1 << (position - 32);
    }
    sum.add(crc32(prefix ?? tracePrefix(digits)), low, high);
  });
  if (takeSessionMarks(documents, marks)) {
    const end = writeMarks(markBytes, 0, marks, documents.length, SESSION_MARK_BYTES);
    sum.add(hashOfMarks(SESSIONS_PREFIX, markBytes.subarray(0, end)), 0, 0);
  }
  if (takeLatencyMarks(documents, marks)) {
    const end = writeMarks(markBytes, 0, marks, documents.length, LATENCY_MARK_BYTES);
    sum.add(hashOfMarks(LATENCIES_PREFIX, markBytes.subarray(0, end)), 0, 0);
  }
  sum.add(HASH_OF_OUTLINE, lowBits(documents.length), lowBits(documents.length - 32));
  return digestText(sum.postings, sum.first, sum.second);
}

/** Hash of the prefix of what every block has: its exchanges. */
export const HASH_OF_OUTLINE: number = crc32(OUTLINE_PREFIX);

export function hashOfMarks(prefix: Buffer, bytes: Uint8Array): number {
  return crc32(bytes, crc32(prefix));
}

/** @param prefixHash its crc32 */
export function firstHash(prefixHash: number, low: number, high: number): number {
  return mixed(FIRST_SEED, prefixHash, low, high);
}

export function secondHash(prefixHash: number, low: number, high: number): number {
  return mixed(SECOND_SEED, prefixHash, low, high);
}

export function digestText(postings: number, first: number, second: number): string {
  return `${postings}:${first.toString(16)}:${second.toString(16)}`;
}

class PostingSum {
  postings = 0;
  first = 0;
  second = 0;

  add(prefixHash: number, low: number, high: number): void {
    this.postings++;
    this.first = (this.first + firstHash(prefixHash, low, high)) >>> 0;
    this.second = (this.second + secondHash(prefixHash, low, high)) >>> 0;
  }
}

/** Three words to one, each bit of them to all. */
function mixed(seed: number, prefixHash: number, low: number, high: number): number {
  let hash = Math.imul(seed ^ prefixHash, 0xcc9e2d51);
  hash = Math.imul(hash ^ (hash >>> 15) ^ low, 0x1b873593);
  hash = Math.imul(hash ^ (hash >>> 13) ^ high, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
  return (hash ^ (hash >>> 15)) >>> 0;
}
