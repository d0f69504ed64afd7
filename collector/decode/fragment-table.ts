/**
 * IP fragments → whole datagrams.
 *
 *     datagram   |<-- fragment, offset 0 -->|<-- offset n, last -->|
 *
 * Bounds: {@link MAX_DATAGRAMS}, {@link MAX_HELD_BYTES}, {@link MAX_AGE_MICROS}; the oldest datagram goes first. Where
 * fragments overlap with the same bytes, one that brings nothing is a duplicate, any other is taken and counted (fact
 * `fragments-overlapping`). With other bytes the whole datagram is set aside, and what still comes of it: only the
 * receiver knows which bytes it took (RFC 5722). Fragments that wait are `held` in the account `packets`; one that came
 * itself in fragments, of a tunnel, counts as the packets it took.
 */
import type { Account, ByteCount, Ledger, Micros } from '../../core/index.ts';
import type { FragmentReason } from './ignored-reason.ts';

/** Datagrams in the making. Fragmented TCP is rare: segments are made to fit. */
export const MAX_DATAGRAMS = 256;
/** Sixty-four datagrams of the largest size. */
export const MAX_HELD_BYTES: ByteCount = 4 * 1024 * 1024;
/** Linux gives a datagram 30 s (`ipfrag_time`). */
export const MAX_AGE_MICROS: Micros = 30_000_000;
/** An offset has 13 bits and counts 8 bytes. */
const MAX_DATAGRAM_BYTES: ByteCount = 65_535;
/** A TCP header without options: who cuts it apart hides it from filters (RFC 1858). */
const TINY_BYTES: ByteCount = 20;

export interface Fragment {
  /** Of its first byte in the datagram. */
  readonly offset: ByteCount;
  readonly bytes: Uint8Array;
  readonly last: boolean;
  /** Packets it took. */
  readonly packetCount: number;
}

interface Piece {
  readonly offset: ByteCount;
  readonly bytes: Uint8Array;
}

interface Datagram {
  readonly firstAt: Micros;
  /** In order of offset, without overlap. */
  readonly pieces: Piece[];
  byteCount: ByteCount;
  packetCount: number;
  /** Known once the last fragment came. */
  totalByteCount: ByteCount | undefined;
  /** Why it was set aside; what still comes of it goes the same way. */
  spoiledBy: FragmentReason | undefined;
}

export interface JoinedDatagram {
  readonly bytes: Uint8Array;
  readonly packetCount: number;
}

export class FragmentTable {
  readonly #packets: Account;
  readonly #ledger: Ledger;
  readonly #datagrams = new Map<string, Datagram>();
  #heldBytes: ByteCount = 0;

  /** @param ledger the `held` of its account `packets` counts the waiting fragments */
  constructor(ledger: Ledger) {
    this.#packets = ledger.account('packets', 'decoded');
    this.#ledger = ledger;
  }

  /**
   * @param key what tells the datagram from all others: addresses, identification, protocol, network
   * @param fragment its bytes are borrowed: copied when kept
   * @returns the datagram when this fragment completes it; `held`; or why the fragment is ignored
   */
  add(key: string, at: Micros, fragment: Fragment): JoinedDatagram | 'held' | FragmentReason {
    this.#expire(at);
    const { offset, last } = fragment;
    if (offset + fragment.bytes.length > MAX_DATAGRAM_BYTES) return 'fragment-too-long';
    // As Linux does: what does not fill eight bytes can only stand at the end.
    const bytes = last ? fragment.bytes : fragment.bytes.subarray(0, fragment.bytes.length & ~7);
    if (bytes.length === 0) return 'fragment-malformed';
    if (offset === 0 && bytes.length < TINY_BYTES) this.#ledger.addFact('tiny-fragments');
    const datagram = this.#datagrams.get(key) ?? this.#begin(key, at);
    if (datagram.spoiledBy !== undefined) return datagram.spoiledBy;
    const fresh = freshPieces(datagram, offset, bytes, last);
    if (typeof fresh === 'string') {
      this.#setAside(datagram, fresh);
      datagram.spoiledBy = fresh;
      return fresh;
    }
    if (last) datagram.totalByteCount = offset + bytes.length;
    const byteCount = fresh.reduce((sum, piece) => sum + piece.bytes.length, 0);
    const complete = datagram.byteCount + byteCount === datagram.totalByteCount;
    if (byteCount === 0 && !complete) return 'fragment-duplicate';
    if (byteCount < bytes.length) this.#ledger.addFact('fragments-overlapping');
    for (const piece of fresh) insert(datagram.pieces, { ...piece, bytes: Uint8Array.from(piece.bytes) });
    datagram.byteCount += byteCount;
    datagram.packetCount += fragment.packetCount;
    this.#heldBytes += byteCount;
    this.#packets.held += fragment.packetCount;
    if (complete) {
      this.#datagrams.delete(key);
      this.#release(datagram);
      return { bytes: Buffer.concat(datagram.pieces.map((one) => one.bytes)), packetCount: datagram.packetCount };
    }
    while (this.#heldBytes > MAX_HELD_BYTES) this.#dropOldest();
    return 'held';
  }

  /** No more fragments come: what waits is set aside. */
  end(): void {
    while (this.#datagrams.size > 0) this.#dropOldest();
  }

  #begin(key: string, at: Micros): Datagram {
    if (this.#datagrams.size >= MAX_DATAGRAMS) this.#dropOldest();
    const datagram: Datagram = {
      firstAt: at,
      pieces: [],
      byteCount: 0,
      packetCount: 0,
      totalByteCount: undefined,
      spoiledBy: undefined,
    };
    this.#datagrams.set(key, datagram);
    return datagram;
  }

  #expire(now: Micros): void {
    for (const [key, datagram] of this.#datagrams) {
      if (now - datagram.firstAt <= MAX_AGE_MICROS) return;
      this.#drop(key, datagram);
    }
  }

  #dropOldest(): void {
    for (const [key, datagram] of this.#datagrams) {
      this.#drop(key, datagram);
      return;
    }
  }

  #drop(key: string, datagram: Datagram): void {
    this.#datagrams.delete(key);
    this.#setAside(datagram, 'fragment-incomplete');
  }

  #setAside(datagram: Datagram, reason: FragmentReason): void {
    const { packetCount } = datagram;
    this.#release(datagram);
    if (packetCount > 0) this.#packets.setAside('ignored', reason, packetCount);
    datagram.pieces.length = 0;
    datagram.byteCount = 0;
    datagram.packetCount = 0;
  }

  #release(datagram: Datagram): void {
    this.#heldBytes -= datagram.byteCount;
    this.#packets.held -= datagram.packetCount;
  }
}

/** What a fragment brings to its datagram, or why it contradicts what is there. */
function freshPieces(
  { pieces, totalByteCount }: Datagram,
  offset: ByteCount,
  bytes: Uint8Array,
  last: boolean,
): readonly Piece[] | FragmentReason {
  const end = offset + bytes.length;
  const known = pieces[pieces.length - 1];
  const beyondLast = totalByteCount !== undefined && (end > totalByteCount || (last && end !== totalByteCount));
  const shorter = last && known !== undefined && endOf(known) > end;
  const fresh: Piece[] = [];
  let at = offset;
  for (let index = firstBehind(pieces, offset); index < pieces.length; index++) {
    const piece = pieces[index] as Piece;
    if (piece.offset >= end) break;
    const from = Math.max(offset, piece.offset);
    const to = Math.min(end, endOf(piece));
    const differs = Buffer.compare(
      bytes.subarray(from - offset, to - offset),
      piece.bytes.subarray(from - piece.offset, to - piece.offset),
    );
    if (differs !== 0 || beyondLast || shorter) {
      const inside = to - from === bytes.length || to - from === piece.bytes.length;
      return inside && bytes.length !== piece.bytes.length ? 'fragment-teardrop' : 'fragment-overlap';
    }
    if (from > at) fresh.push({ offset: at, bytes: bytes.subarray(at - offset, from - offset) });
    at = to;
  }
  if (beyondLast || shorter) return 'fragment-overlap';
  if (at < end) fresh.push({ offset: at, bytes: bytes.subarray(at - offset) });
  return fresh;
}

function insert(pieces: Piece[], piece: Piece): void {
  pieces.splice(firstBehind(pieces, piece.offset), 0, piece);
}

/** Index of the first piece that ends behind the offset. Most fragments come in order; the others cost no more than a search by halves. */
function firstBehind(pieces: readonly Piece[], offset: ByteCount): number {
  let high = pieces.length;
  if (high === 0 || endOf(pieces[high - 1] as Piece) <= offset) return high;
  let low = 0;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (endOf(pieces[middle] as Piece) > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

function endOf(piece: Piece): ByteCount {
  return piece.offset + piece.bytes.length;
}
