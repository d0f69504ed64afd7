/**
 * IP fragments → whole datagrams.
 *
 *     datagram   |<-- fragment, offset 0 -->|<-- offset n, last -->|
 *
 * Bounds: {@link MAX_DATAGRAMS}, {@link MAX_HELD_BYTES}, {@link MAX_AGE_MICROS}; the oldest datagram goes first. A
 * fragment that repeats another is a duplicate; any other overlap sets the whole datagram aside, since only the
 * receiver knows which bytes it took (RFC 5722). Fragments that wait are `held` in the account `packets`.
 */
import type { Account, ByteCount, Micros } from '../../core/index.ts';
import type { IgnoredReason } from './ignored-reason.ts';

/** Datagrams in the making. Fragmented TCP is rare: segments are made to fit. */
export const MAX_DATAGRAMS = 256;
/** Sixty-four datagrams of the largest size. */
export const MAX_HELD_BYTES: ByteCount = 4 * 1024 * 1024;
/** Linux gives a datagram 30 s (`ipfrag_time`). */
export const MAX_AGE_MICROS: Micros = 30_000_000;
/** An offset has 13 bits and counts 8 bytes. */
const MAX_DATAGRAM_BYTES: ByteCount = 65_535;

interface Fragment {
  readonly offset: ByteCount;
  readonly bytes: Uint8Array;
}

interface Datagram {
  readonly firstAt: Micros;
  /** In order of offset, without overlap. */
  readonly fragments: Fragment[];
  /** All packets that went into it, duplicates not counted. */
  byteCount: ByteCount;
  /** Known once the last fragment came. */
  totalByteCount: ByteCount | undefined;
}

export interface JoinedDatagram {
  readonly bytes: Uint8Array;
  readonly fragmentCount: number;
}

export class FragmentTable {
  readonly #packets: Account;
  readonly #datagrams = new Map<string, Datagram>();
  #heldBytes: ByteCount = 0;

  /** @param packets the account whose `held` counts the waiting fragments */
  constructor(packets: Account) {
    this.#packets = packets;
  }

  /**
   * @param key what tells the datagram from all others: addresses, identification, protocol, network
   * @param offset of the fragment's first byte, in bytes
   * @param bytes borrowed: copied when kept
   * @returns the datagram when this fragment completes it; `held`; or why the fragment is ignored
   */
  add(
    key: string,
    at: Micros,
    offset: ByteCount,
    bytes: Uint8Array,
    last: boolean,
  ): JoinedDatagram | 'held' | IgnoredReason {
    this.#expire(at);
    const end = offset + bytes.length;
    if (bytes.length === 0 || end > MAX_DATAGRAM_BYTES || (!last && bytes.length % 8 !== 0)) return 'malformed';
    const datagram = this.#datagrams.get(key) ?? this.#begin(key, at);
    const { fragments } = datagram;
    let index = fragments.length;
    while (index > 0 && (fragments[index - 1] as Fragment).offset >= offset) index--;
    const next = fragments[index];
    const before = fragments[index - 1];
    if (next?.offset === offset && next.bytes.length === bytes.length) return 'fragment-duplicate';
    const overlaps =
      (next !== undefined && next.offset < end) ||
      (before !== undefined && before.offset + before.bytes.length > offset) ||
      (datagram.totalByteCount !== undefined && (last || end > datagram.totalByteCount)) ||
      (last && next !== undefined);
    if (overlaps) {
      this.#drop(key, datagram, 'fragment-overlap');
      return 'fragment-overlap';
    }
    fragments.splice(index, 0, { offset, bytes: Uint8Array.from(bytes) });
    datagram.byteCount += bytes.length;
    this.#heldBytes += bytes.length;
    if (last) datagram.totalByteCount = end;
    if (datagram.byteCount === datagram.totalByteCount) {
      this.#forget(key, datagram);
      this.#packets.held -= fragments.length - 1;
      return { bytes: Buffer.concat(fragments.map((fragment) => fragment.bytes)), fragmentCount: fragments.length };
    }
    this.#packets.held++;
    while (this.#heldBytes > MAX_HELD_BYTES) this.#dropOldest();
    return 'held';
  }

  /** No more fragments come: what waits is set aside. */
  end(): void {
    while (this.#datagrams.size > 0) this.#dropOldest();
  }

  #begin(key: string, at: Micros): Datagram {
    if (this.#datagrams.size >= MAX_DATAGRAMS) this.#dropOldest();
    const datagram: Datagram = { firstAt: at, fragments: [], byteCount: 0, totalByteCount: undefined };
    this.#datagrams.set(key, datagram);
    return datagram;
  }

  #expire(now: Micros): void {
    for (const [key, datagram] of this.#datagrams) {
      if (now - datagram.firstAt <= MAX_AGE_MICROS) return;
      this.#drop(key, datagram, 'fragment-incomplete');
    }
  }

  #dropOldest(): void {
    for (const [key, datagram] of this.#datagrams) {
      this.#drop(key, datagram, 'fragment-incomplete');
      return;
    }
  }

  #drop(key: string, datagram: Datagram, reason: IgnoredReason): void {
    this.#forget(key, datagram);
    this.#packets.held -= datagram.fragments.length;
    if (datagram.fragments.length > 0) this.#packets.setAside('ignored', reason, datagram.fragments.length);
  }

  #forget(key: string, datagram: Datagram): void {
    this.#datagrams.delete(key);
    this.#heldBytes -= datagram.byteCount;
  }
}
