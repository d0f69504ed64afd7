/**
 * One segment: what the index holds of each block against what the data layer says it should.
 *
 *   index.contents ─▶ table ◀─ data.scan: equal, or suspect        first look
 *        pause
 *   index.contents ─▶ table ◀─ suspects: equal now, or wrong       second look, and a third
 *                                        wrong: remove, put
 *
 * A block is written to the data layer first, so one that the index lacks may be on its way, and counts only when it
 * still lacks it after two pauses. One that the index has and the data layer does not can be no such thing. Blocks are
 * never changed: whatever is written at the same time is the same as what is put here.
 *
 * Memory: two tables of at most {@link MAX_TABLE_BLOCKS}, 96 MB; a larger segment is gone over several times, a share
 * of its keys at a time.
 */
import { crc32 } from 'node:zlib';
import { BytecopyError, type IndexEntry, type Segment, segmentStart } from '../../core/index.ts';
import type { BlockReader, BlockRef } from '../read/block-reader.ts';
import type { ReportDamage } from '../read/damage.ts';
import { toIndexDocument } from '../write/index-document.ts';
import { BlockTable, fingerprintOf, TABLE_KEY_BYTES } from './block-table.ts';
import type { CarePorts } from './care-ports.ts';
import type { RateLimit } from './rate-limit.ts';
import type { RepairLedger } from './repair-ledger.ts';
import { overlapsBlock, type TimeRange } from './time-range.ts';

const MAX_TABLE_BLOCKS = 1_000_000;
/** Blocks read, or mended, at once: some 800 kB. */
const BATCH_BLOCKS = 32;
/** Blocks removed from an index at once: an embedded index walks all of a segment for it. */
const REMOVED_BLOCKS = 8192;
/** Looks at a suspect behind the first, each after a pause. */
const LATER_LOOKS = 2;
/** Least pause: a write to an index that is not slow takes less. */
const PAUSE_MS = 500;
const NO_FINGERPRINT = new Uint8Array(8);

export interface ComparisonOptions {
  readonly range: TimeRange;
  readonly dryRun: boolean;
}

export interface ComparisonPorts extends CarePorts {
  readonly reader: BlockReader;
  readonly rate: RateLimit;
  readonly ledger: RepairLedger;
  readonly report: ReportDamage;
}

/** A table that was full: the segment is gone over in more passes. */
const FULL = Symbol('full');

export class SegmentComparison {
  readonly #segment: Segment;
  readonly #options: ComparisonOptions;
  readonly #ports: ComparisonPorts;
  readonly #maxTableBlocks: number;
  #passes = 1;
  #pass = 0;
  /** The index of this segment cannot be read, and may not be mended in a dry run. */
  #unreadable = false;
  /** The data of this segment cannot be read as a whole: what is missing in it proves nothing about the index. */
  #damaged = false;

  constructor(segment: Segment, options: ComparisonOptions, ports: ComparisonPorts) {
    this.#segment = segment;
    this.#options = options;
    this.#ports = ports;
    this.#maxTableBlocks = ports.maxTableBlocks ?? MAX_TABLE_BLOCKS;
  }

  /** Yields now and then, so that progress is seen; the ledger counts on the way. */
  async *run(): AsyncGenerator<void> {
    for (this.#pass = 0; this.#pass < this.#passes; ) {
      const indexed = await this.#look();
      if (indexed === FULL) {
        this.#passes *= 2;
        this.#pass *= 2;
        continue;
      }
      yield* this.#compareAll(indexed);
      if (!this.#damaged) await this.#settleDangling(indexed);
      this.#pass++;
    }
  }

  /** @param wanted only these; otherwise all of this pass */
  async #look(wanted?: BlockTable): Promise<BlockTable | typeof FULL> {
    const { index, ledger } = this.#ports;
    const indexed = new BlockTable(wanted?.size ?? this.#maxTableBlocks);
    if (this.#unreadable) return indexed;
    const isFirst = wanted === undefined && this.#pass === 0;
    let foreign: Uint8Array[] = [];
    try {
      for await (const page of index.contents(this.#segment)) {
        for (const { block, digest } of page) {
          if (block.length !== TABLE_KEY_BYTES && isFirst) foreign.push(Buffer.from(block));
          if (wanted === undefined ? !this.#isOfPass(block) : !wanted.has(block)) continue;
          if (!indexed.add(block, fingerprintOf(digest))) return FULL;
        }
        if (foreign.length < REMOVED_BLOCKS) continue;
        await this.#removeDangling(foreign);
        foreign = [];
      }
      await this.#removeDangling(foreign);
    } catch (error) {
      // Later on, what was found equal is lost with the rest: who runs this begins the segment again.
      if (!isFirst || !(error instanceof BytecopyError) || error.code !== 'STORE_CORRUPT_SEGMENT') throw error;
      ledger.rebuiltSegments++;
      if (this.#options.dryRun) this.#unreadable = true;
      else await index.drop(this.#segment);
      return new BlockTable(0);
    }
    return indexed;
  }

  async *#compareAll(indexed: BlockTable): AsyncGenerator<void> {
    const { reader, ledger } = this.#ports;
    let suspects = new BlockTable(this.#maxTableBlocks + BATCH_BLOCKS);
    let batch: BlockRef[] = [];
    for await (const page of this.#keys()) {
      for (const bytes of page) {
        if (!this.#isOfPass(bytes)) continue;
        const ref = reader.toRef(this.#segment, bytes);
        if (ref !== undefined) batch.push(ref);
        if (batch.length < BATCH_BLOCKS) continue;
        await this.#compare(batch, indexed, suspects);
        batch = [];
        if (suspects.size < this.#maxTableBlocks) continue;
        yield* this.#settleSuspects(suspects);
        suspects = new BlockTable(this.#maxTableBlocks + BATCH_BLOCKS);
      }
      yield;
    }
    await this.#compare(batch, indexed, suspects);
    yield* this.#settleSuspects(suspects);
    if (this.#pass === 0) ledger.segments++;
  }

  /** What can be read of the segment's keys. */
  async *#keys(): AsyncGenerator<readonly Uint8Array[]> {
    try {
      yield* this.#ports.data.keys({ segment: this.#segment });
    } catch (error) {
      if (!(error instanceof BytecopyError) || error.code !== 'STORE_CORRUPT_SEGMENT') throw error;
      if (!this.#damaged) this.#reportDamaged(error);
    }
  }

  #reportDamaged({ message }: BytecopyError): void {
    this.#damaged = true;
    const { ledger, report, segmentMicros } = this.#ports;
    ledger.damagedSegments++;
    const firstAt = segmentStart(this.#segment);
    const lastAt = firstAt + segmentMicros - 1;
    report({ code: 'STORE_CORRUPT_SEGMENT', key: '', firstAt, lastAt, exchanges: 0, text: message });
  }

  async #compare(refs: readonly BlockRef[], indexed: BlockTable, suspects: BlockTable): Promise<void> {
    const { index, ledger } = this.#ports;
    const entries = await this.#read(refs, true);
    for (const ref of refs) indexed.mark(ref.bytes);
    for (const entry of entries) {
      const fingerprint = fingerprintOf(index.digest(entry));
      if (isEqual(indexed.fingerprint(entry.block), fingerprint)) ledger.equal++;
      else suspects.add(entry.block, fingerprint);
    }
  }

  /** Entries as they should be; blocks that are gone since, as their segment was dropped, are left out. */
  async #read(refs: readonly BlockRef[], counted: boolean): Promise<readonly IndexEntry[]> {
    const { reader, rate, ledger } = this.#ports;
    if (refs.length === 0) return [];
    await rate.take(refs.length);
    const values = await reader.load(refs);
    const entries: IndexEntry[] = [];
    for (const [position, ref] of refs.entries()) {
      const bytes = values[position];
      if (bytes === undefined) continue;
      if (counted) ledger.blocks++;
      const exchanges = reader.decode(ref, bytes);
      if (exchanges.length > 0) {
        entries.push({ segment: this.#segment, block: ref.bytes, documents: exchanges.map(toIndexDocument) });
      } else if (counted) ledger.damaged++;
    }
    return entries;
  }

  /** Blocks of the index that no data block answered to. */
  async #settleDangling(indexed: BlockTable): Promise<void> {
    let batch: Uint8Array[] = [];
    for (const key of indexed.keys('unmarked')) {
      batch.push(key);
      if (batch.length < REMOVED_BLOCKS) continue;
      await this.#removeDangling(batch);
      batch = [];
    }
    await this.#removeDangling(batch);
  }

  async #removeDangling(blocks: readonly Uint8Array[]): Promise<void> {
    if (blocks.length === 0) return;
    const { data, index, ledger } = this.#ports;
    // Written since the data layer was walked, it would be there now: data goes first.
    const values = await data.getMany(this.#segment, blocks);
    const gone = blocks.filter((_, position) => values[position] === undefined);
    ledger.dangling += gone.length;
    if (gone.length > 0 && !this.#options.dryRun) await index.remove(this.#segment, gone);
  }

  async *#settleSuspects(found: BlockTable): AsyncGenerator<void> {
    const { index, ledger, pause } = this.#ports;
    let suspects = found;
    for (let look = 1; suspects.size > 0; look++) {
      await pause(Math.max(PAUSE_MS, index.manifest.visibleAfterMs));
      // Asked before the index is, so that what arrives meanwhile is known by one of them.
      const waiting = this.#waiting();
      const indexed = await this.#look(suspects);
      if (indexed === FULL) return;
      const left = new BlockTable(suspects.size);
      for (const key of suspects.keys()) {
        const fingerprint = suspects.fingerprint(key) as Uint8Array;
        if (isEqual(indexed.fingerprint(key), fingerprint) || waiting(key, indexed)) ledger.inFlight++;
        else left.add(key, fingerprint);
      }
      suspects = left;
      yield;
      if (look < LATER_LOOKS) continue;
      yield* this.#mendAll(suspects, indexed);
      return;
    }
  }

  /** Whether a block waits in the writer; where it cannot name them, each that the index has nothing of may. */
  #waiting(): (key: Uint8Array, indexed: BlockTable) => boolean {
    const blocks = this.#ports.writer?.unindexed(this.#segment) ?? [];
    if (blocks === 'unknown') return (key, indexed) => !indexed.has(key);
    const table = new BlockTable(blocks.length);
    for (const block of blocks) if (block.length === TABLE_KEY_BYTES) table.add(block, NO_FINGERPRINT);
    return (key) => table.has(key);
  }

  async *#mendAll(wrong: BlockTable, indexed: BlockTable): AsyncGenerator<void> {
    const { reader, index } = this.#ports;
    if (!this.#options.dryRun) {
      const changed = [...wrong.keys()].filter((key) => indexed.has(key));
      for (let at = 0; at < changed.length; at += REMOVED_BLOCKS) {
        await index.remove(this.#segment, changed.slice(at, at + REMOVED_BLOCKS));
      }
    }
    let batch: BlockRef[] = [];
    for (const key of wrong.keys()) {
      const ref = reader.toRef(this.#segment, key);
      if (ref !== undefined) batch.push(ref);
      if (batch.length < BATCH_BLOCKS) continue;
      await this.#mend(batch, indexed);
      batch = [];
      yield;
    }
    await this.#mend(batch, indexed);
    yield;
  }

  async #mend(refs: readonly BlockRef[], indexed: BlockTable): Promise<void> {
    const { index, ledger } = this.#ports;
    const entries = await this.#read(refs, false);
    // What was dropped meanwhile is no difference any more.
    ledger.blocks -= refs.length - entries.length;
    for (const entry of entries) {
      if (indexed.has(entry.block)) ledger.different++;
      else ledger.missing++;
    }
    if (entries.length > 0 && !this.#options.dryRun) await index.put(entries, 'buffered');
  }

  #isOfPass(block: Uint8Array): boolean {
    if (block.length !== TABLE_KEY_BYTES || !overlapsBlock(this.#options.range, block)) return false;
    // By the upper bits, so that pass n of 4 is passes 2n and 2n + 1 of 8; the lower ones choose slots of the tables.
    return this.#passes === 1 || ((crc32(block) >>> 16) * this.#passes) >>> 16 === this.#pass;
  }
}

function isEqual(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && Buffer.compare(one, other) === 0;
}
