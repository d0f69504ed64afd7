/**
 * Blocks that the data layer has and the index has not: what a slow or failed index missed.
 *
 *   missed ─▶ keys, a set a segment ─▶ taken up again ─▶ indexed
 *             beyond the bound: the segment as a whole, whose blocks are all put again
 *
 * Memory is the truth while the process lives, `missed.log` keeps it across its end: it is written at checkpoints, before
 * the catalog says that blocks need not be looked at again. So a key is in the log, or its block is behind the last
 * checkpoint and is found by recovery.
 */
import { join } from 'node:path';
import type { ByteCount, Segment } from '../../core/index.ts';
import { decodeBlockKey } from '../block/block-key.ts';
import { MAX_RECORD_KEYS, MissedLog, type MissedRecord } from './missed-log.ts';

/**
 * Keys kept: 67 million exchanges, hours of a busy capture. In memory some 70 MB at the most, in the log 22 MB and once
 * that for what was indexed since.
 */
export const MAX_MISSED_BLOCKS = 1024 * 1024;
/** A log is written anew when it has grown to this and twice what it has to say. */
const REWRITE_FROM_BYTES: ByteCount = 1024 * 1024;
/** Bytes of a key with its share of a record, roughly. */
const KEY_BYTES_IN_LOG: ByteCount = 23;
/** Records that wait for a checkpoint; beyond it the log is written anew instead. */
const MAX_UNWRITTEN_RECORDS = 16 * 1024;

/** What to put into the index next: blocks of one segment, or the segment as a whole. */
export type MissedTask =
  | { readonly kind: 'blocks'; readonly segment: Segment; readonly keys: readonly Uint8Array[] }
  | { readonly kind: 'segment'; readonly segment: Segment };

/** What a checkpoint has to write, as of when it was cut. */
export interface MissedCut {
  readonly records: readonly MissedRecord[];
  readonly anew: boolean;
}

export class MissedBlocks {
  readonly #log: MissedLog;
  readonly #maxBlocks: number;
  /** Keys as latin1 text: a set of a million costs less than half of what arrays would. */
  readonly #keys = new Map<Segment, Set<string>>();
  /** Segments missed as a whole, and how many exchanges of them are known to be missed. */
  readonly #whole = new Map<Segment, number>();
  /** A segment whose blocks are being put again: blocks missed meanwhile are kept by key. */
  #walked: Segment | undefined;
  #count = 0;
  #exchanges = 0;
  #unwritten: MissedRecord[] = [];
  #anew = false;

  private constructor(log: MissedLog, found: readonly MissedRecord[], maxBlocks: number) {
    this.#log = log;
    this.#maxBlocks = maxBlocks;
    for (const record of found) this.#restore(record);
    this.#anew = log.damaged > 0;
  }

  /** @throws BytecopyError `STORE_NEWER` (exit code 2), `STORE_IO`, `STORE_FULL` */
  static async open(folder: string, maxBlocks = MAX_MISSED_BLOCKS): Promise<MissedBlocks> {
    const found: MissedRecord[] = [];
    const log = await MissedLog.open(join(folder, 'missed.log'), (record) => found.push(record));
    return new MissedBlocks(log, found, maxBlocks);
  }

  /** Records of the log that could not be read when it was opened. */
  get damagedRecords(): number {
    return this.#log.damaged;
  }

  /** Blocks known by key. */
  get count(): number {
    return this.#count;
  }

  /** Segments of which more is missed than is known by key. */
  get segments(): ReadonlySet<Segment> {
    return new Set(this.#whole.keys());
  }

  /** Exchanges in them, so far as they are known. */
  get exchanges(): number {
    let exchanges = this.#exchanges;
    for (const known of this.#whole.values()) exchanges += known;
    return exchanges;
  }

  get isEmpty(): boolean {
    return this.#count === 0 && this.#whole.size === 0;
  }

  /** Something is not in the log yet. */
  get isUnwritten(): boolean {
    return this.#anew || this.#unwritten.length > 0;
  }

  add(segment: Segment, keys: readonly Uint8Array[]): void {
    const known = this.#whole.get(segment);
    if (known !== undefined && this.#walked !== segment) {
      this.#whole.set(segment, known + keys.reduce((sum, key) => sum + exchangesIn(key), 0));
      return;
    }
    const added = this.#insert(segment, keys);
    if (added.length > 0) this.#note({ what: 'missed', segment, keys: added });
    if (this.#count > this.#maxBlocks) this.addSegment(this.#largest());
  }

  /** Blocks of this segment are missed, it is not known which. @param exchanges in them */
  addSegment(segment: Segment, exchanges = 0): void {
    this.#whole.set(segment, (this.#whole.get(segment) ?? 0) + exchanges + this.#discard(segment));
    if (this.#walked === segment) this.#walked = undefined;
    this.#note({ what: 'segment-missed', segment });
  }

  /** The index has these blocks. */
  remove(segment: Segment, keys: readonly Uint8Array[]): void {
    const removed = this.#remove(segment, keys);
    if (removed.length > 0) this.#note({ what: 'indexed', segment, keys: removed });
  }

  /** Keys of a segment; `unknown` where there are more than `max`, or not all are known. */
  of(segment: Segment, max: number): readonly Uint8Array[] | 'unknown' {
    if (this.#whole.has(segment)) return 'unknown';
    const keys = this.#keys.get(segment);
    if (keys === undefined) return [];
    return keys.size > max ? 'unknown' : [...keys].map(toKey);
  }

  /** What has waited longest, at most so many blocks; it stays until it is removed. */
  next(maxBlocks: number): MissedTask | undefined {
    for (const [segment, keys] of this.#keys) {
      const first: Uint8Array[] = [];
      for (const key of keys) {
        if (first.length === maxBlocks) break;
        first.push(toKey(key));
      }
      return { kind: 'blocks', segment, keys: first };
    }
    const [segment] = this.#whole.keys();
    return segment === undefined ? undefined : { kind: 'segment', segment };
  }

  /** From here on every block of the segment is put again, in the order of keys. */
  beginSegment(segment: Segment): void {
    if (this.#whole.has(segment)) this.#walked = segment;
  }

  /** The index has every block that was there when it began; nothing where it was given up meanwhile. */
  endSegment(segment: Segment): void {
    if (this.#walked !== segment) return;
    this.#walked = undefined;
    this.#whole.delete(segment);
    this.#note({ what: 'segment-indexed', segment });
  }

  /** To be taken before the index is synced: what it acknowledges later belongs to the next checkpoint. */
  cut(): MissedCut {
    const liveBytes = this.#count * KEY_BYTES_IN_LOG;
    const grown = this.#log.byteCount > Math.max(REWRITE_FROM_BYTES, 2 * liveBytes);
    const anew = this.#anew || grown || (this.isEmpty && this.#log.holdsRecords && this.isUnwritten);
    const records = anew ? [...this.#records()] : this.isEmpty ? [] : this.#unwritten;
    this.#unwritten = [];
    this.#anew = false;
    return { records, anew };
  }

  /** Synced when it resolves. After a failure the next cut has everything again. */
  async write(cut: MissedCut): Promise<void> {
    try {
      if (cut.anew) await this.#log.replace(cut.records);
      else if (cut.records.length > 0) await this.#log.append(cut.records);
    } catch (error) {
      this.#writeAnew();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  *#records(): Generator<MissedRecord> {
    for (const segment of this.#whole.keys()) yield { what: 'segment-missed', segment };
    for (const [segment, keys] of this.#keys) {
      const all = [...keys].map(toKey);
      for (let at = 0; at < all.length; at += MAX_RECORD_KEYS) {
        yield { what: 'missed', segment, keys: all.slice(at, at + MAX_RECORD_KEYS) };
      }
    }
  }

  #restore(record: MissedRecord): void {
    switch (record.what) {
      case 'missed':
        this.#insert(record.segment, record.keys);
        return;
      case 'indexed':
        this.#remove(record.segment, record.keys);
        return;
      case 'segment-missed':
        this.#whole.set(record.segment, (this.#whole.get(record.segment) ?? 0) + this.#discard(record.segment));
        return;
      case 'segment-indexed':
        this.#whole.delete(record.segment);
        return;
      default:
        record satisfies never;
    }
  }

  #insert(segment: Segment, keys: readonly Uint8Array[]): Uint8Array[] {
    let known = this.#keys.get(segment);
    if (known === undefined) {
      known = new Set();
      this.#keys.set(segment, known);
    }
    const added: Uint8Array[] = [];
    for (const key of keys) {
      const text = toText(key);
      if (known.has(text)) continue;
      known.add(text);
      added.push(key);
      this.#exchanges += exchangesIn(key);
    }
    if (known.size === 0) this.#keys.delete(segment);
    this.#count += added.length;
    return added;
  }

  #remove(segment: Segment, keys: readonly Uint8Array[]): Uint8Array[] {
    const known = this.#keys.get(segment);
    if (known === undefined) return [];
    const removed = keys.filter((key) => known.delete(toText(key)));
    this.#count -= removed.length;
    for (const key of removed) this.#exchanges -= exchangesIn(key);
    if (known.size === 0) this.#keys.delete(segment);
    return removed;
  }

  /** @returns exchanges in what is known by key no more */
  #discard(segment: Segment): number {
    let exchanges = 0;
    for (const text of this.#keys.get(segment) ?? []) exchanges += exchangesIn(toKey(text));
    this.#count -= this.#keys.get(segment)?.size ?? 0;
    this.#exchanges -= exchanges;
    this.#keys.delete(segment);
    return exchanges;
  }

  /** Called beyond the bound only: there is one. */
  #largest(): Segment {
    let largest: [Segment, number] = ['', 0];
    for (const [segment, keys] of this.#keys) if (keys.size > largest[1]) largest = [segment, keys.size];
    return largest[0];
  }

  #note(record: MissedRecord): void {
    if (this.#anew) return;
    this.#unwritten.push(record);
    if (this.#unwritten.length > MAX_UNWRITTEN_RECORDS) this.#writeAnew();
  }

  #writeAnew(): void {
    this.#anew = true;
    this.#unwritten = [];
  }
}

function exchangesIn(key: Uint8Array): number {
  return decodeBlockKey(key)?.count ?? 0;
}

function toText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}

function toKey(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
