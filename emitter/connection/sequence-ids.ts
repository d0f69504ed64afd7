/**
 * The sequence ids of one Thrift connection: each call gets its own, written over the recorded one in a copy of its bytes.
 *
 *     i32       1, 2, 3 … 2^31 - 1, 1 …
 *     varint    of n bytes: the values that take n bytes, 2^7(n-1) … 2^7n - 1, in turn; for one byte 0 … 127
 *
 * A varint keeps its length, so that no length around it changes, and stays the shortest form of its value.
 */
import type { SequencePlaces } from '../../core/index.ts';

const MAX_ID = 0x7fff_ffff;
const MAX_VARINT_BYTES = 5;

type Place = SequencePlaces['places'][number];

export class SequenceIds {
  #last = 0;

  /** @returns an id that is written in as many bytes as the recorded one; undefined where a place cannot be written over */
  next({ places }: SequencePlaces, first: Uint8Array): number | undefined {
    let low = 1;
    let high = MAX_ID;
    for (const place of places) {
      const { offset, byteCount, form } = place;
      if (offset < 0 || offset + byteCount > first.length || !isWritable(place)) return undefined;
      if (form === 'i32') continue;
      low = byteCount === 1 ? 0 : 2 ** (7 * (byteCount - 1));
      high = Math.min(MAX_ID, 2 ** (7 * byteCount) - 1);
    }
    if (places.length === 0) return undefined;
    this.#last = this.#last === MAX_ID ? 1 : this.#last + 1;
    return low + ((this.#last - 1) % (high - low + 1));
  }
}

function isWritable({ byteCount, form }: Place): boolean {
  return form === 'i32' ? byteCount === 4 : byteCount >= 1 && byteCount <= MAX_VARINT_BYTES;
}

/** @param bytes written to */
export function writeSequenceId(bytes: Uint8Array, { offset, byteCount, form }: Place, id: number): void {
  let rest = id >>> 0;
  if (form === 'i32') {
    for (let at = offset + 3; at >= offset; at--) {
      bytes[at] = rest & 0xff;
      rest >>>= 8;
    }
    return;
  }
  const last = offset + byteCount - 1;
  for (let at = offset; at < last; at++) {
    bytes[at] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[last] = rest & 0x7f;
}
