/**
 * IP fragments → whole datagrams.
 *
 *     datagram   |<-- fragment, offset 0 -->|<-- offset n, last -->|
 *
 * Bounds: {@link MAX_DATAGRAMS}, {@link MAX_HELD_BYTES}, {@link MAX_AGE_MICROS}; the oldest datagram goes first. A
 * fragment that repeats another is a duplicate; any other overlap sets the whole datagram aside, with what still comes
 * of it, since only the receiver knows which bytes it took (RFC 5722). Fragments that wait are `held` in the account
 * `packets`; one that came itself in fragments, of a tunnel, counts as the packets it took.
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

interface Datagram {
  readonly firstAt: Micros;
  /** In order of offset, without overlap. */
  readonly fragments: Fragment[];
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
    const { offset, bytes, last } = fragment;
    const end = offset + bytes.length;
    if (end > MAX_DATAGRAM_BYTES) return 'fragment-too-long';
    if (bytes.length === 0 || (!last && bytes.length % 8 !== 0)) return 'fragment-malformed';
    if (offset === 0 && bytes.length < TINY_BYTES) this.#ledger.addFact('tiny-fragments');
    const datagram = this.#datagrams.get(key) ?? this.#begin(key, at);
    const { fragments } = datagram;
    if (datagram.spoiledBy !== undefined) return datagram.spoiledBy;
    let index = fragments.length;
    while (index > 0 && (fragments[index - 1] as Fragment).offset >= offset) index--;
    const fault = faultOf(datagram, fragment, index);
    if (fault === 'fragment-duplicate') return fault;
    if (fault !== undefined) {
      this.#setAside(datagram, fault);
      datagram.spoiledBy = fault;
      return fault;
    }
    fragments.splice(index, 0, { ...fragment, bytes: Uint8Array.from(bytes) });
    datagram.byteCount += bytes.length;
    datagram.packetCount += fragment.packetCount;
    this.#heldBytes += bytes.length;
    this.#packets.held += fragment.packetCount;
    if (last) datagram.totalByteCount = end;
    if (datagram.byteCount === datagram.totalByteCount) {
      this.#datagrams.delete(key);
      this.#release(datagram);
      return { bytes: Buffer.concat(fragments.map((one) => one.bytes)), packetCount: datagram.packetCount };
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
      fragments: [],
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
    datagram.fragments.length = 0;
    datagram.byteCount = 0;
    datagram.packetCount = 0;
  }

  #release(datagram: Datagram): void {
    this.#heldBytes -= datagram.byteCount;
    this.#packets.held -= datagram.packetCount;
  }
}

/** @param index place of the fragment among those of the datagram: the first with the same offset or a higher one is there */
function faultOf(datagram: Datagram, fragment: Fragment, index: number): FragmentReason | undefined {
  const { fragments, totalByteCount } = datagram;
  const { offset, bytes, last } = fragment;
  const end = offset + bytes.length;
  const before = fragments[index - 1];
  const next = fragments[index];
  if (next !== undefined && next.offset === offset && next.bytes.length === bytes.length) {
    const repeats = next.last === last && Buffer.compare(next.bytes, bytes) === 0;
    return repeats ? 'fragment-duplicate' : 'fragment-overlap';
  }
  if (before !== undefined && endOf(before) > offset) {
    return endOf(before) >= end ? 'fragment-teardrop' : 'fragment-overlap';
  }
  if (next !== undefined && next.offset < end) {
    return endOf(next) <= end || next.offset === offset ? 'fragment-teardrop' : 'fragment-overlap';
  }
  const beyondLast = totalByteCount !== undefined && (last || end > totalByteCount);
  return beyondLast || (last && next !== undefined) ? 'fragment-overlap' : undefined;
}

function endOf(fragment: Fragment): ByteCount {
  return fragment.offset + fragment.bytes.length;
}
