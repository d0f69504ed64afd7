/**
 * Exchanges → blocks → data layer, then index layer.
 *
 *   append ─▶ pending ─▶ batch: cut, numbered, compressed ─▶ data.put ─▶ index feeder
 *             bounded     at most two under way               the truth    never in the way
 *
 * A batch leaves when what waits is large enough, or old enough. `append` waits while two batches are under way: that is
 * the backpressure. A batch that the data layer did not take stays in memory and is tried again before anything else
 * is; until it succeeds `append` takes nothing and says why. So at most two batches and what waits are in memory, and
 * nothing that was taken is dropped while the process lives. The index never stops it (`index-feeder.ts`).
 */
import {
  type ByteCount,
  BytecopyError,
  type DataEntry,
  type DataLayer,
  type Exchange,
  ExchangesLost,
  formatSegment,
  type IndexEntry,
  type Micros,
  type Millis,
  type Segment,
} from '../../core/index.ts';
import { encodeBlock } from '../block/block.ts';
import type { BlockKeyMaterial } from '../block/block-cipher.ts';
import { encodeBlockKey, hashService } from '../block/block-key.ts';
import { segmentStartOf } from '../block/time-slice.ts';
import type { SegmentKeys } from '../keys/segment-keys.ts';
import { addCounts, type Catalog, type SegmentCount } from '../owner/catalog.ts';
import type { IndexFeeder } from './index-feeder.ts';
import { type BlockDraft, PendingExchanges } from './pending-exchanges.ts';

/** Exchanges that make a batch: 64 full blocks, some 6 MB of usual traffic. */
const BATCH_EXCHANGES = 4096;
/** Bytes that make a batch, whatever their number. */
const BATCH_BYTES: ByteCount = 8 * 1024 * 1024;
/** One is compressed while the other is written. */
const MAX_BATCHES_UNDER_WAY = 2;

export interface BlockWriterOptions {
  readonly segmentMicros: Micros;
  /** Exchanges a block at most, 1 to 64. */
  readonly blockExchanges: number;
  /** Age at which what waits is written. */
  readonly flushIntervalMs: Millis;
  /** Time between checkpoints while something is written: bounds what reopening after a crash reads again. */
  readonly checkpointIntervalMs: Millis;
  /** Number of the last block in the store. */
  readonly lastSequence: number;
  /** Retention group of a service; empty where it is in none. */
  readonly groupOf: (service: string) => string;
}

export interface BlockWriterPorts {
  readonly data: DataLayer;
  readonly feeder: IndexFeeder;
  readonly catalog: Catalog;
  /** Encrypts blocks; absent where they are stored as they are. */
  readonly keys?: SegmentKeys;
}

interface Batch {
  readonly drafts: readonly BlockDraft[];
  readonly firstSequence: number;
  data: readonly DataEntry[] | undefined;
  index: readonly IndexEntry[];
}

export class BlockWriter {
  readonly #options: BlockWriterOptions;
  readonly #data: DataLayer;
  readonly #feeder: IndexFeeder;
  readonly #catalog: Catalog;
  readonly #keys: SegmentKeys | undefined;
  readonly #pending = new PendingExchanges();
  readonly #underWay = new Set<Promise<void>>();
  /** Batches that could not be written, oldest first. */
  #failed: Batch[] = [];
  #failure: BytecopyError | undefined;
  #sequence: number;
  #checkpointed: number;
  #flushTimer: NodeJS.Timeout | undefined;
  #checkpointTimer: NodeJS.Timeout | undefined;
  #checkpoint: Promise<void> = Promise.resolve();

  constructor(options: BlockWriterOptions, ports: BlockWriterPorts) {
    this.#options = options;
    this.#data = ports.data;
    this.#feeder = ports.feeder;
    this.#catalog = ports.catalog;
    this.#keys = ports.keys;
    this.#sequence = options.lastSequence;
    this.#checkpointed = options.lastSequence;
  }

  /**
   * Resolves when there is room for more. Exchanges before the one that met a failure may have been taken: append all
   * of them again when it is mended, equal ids are kept once.
   *
   * @throws BytecopyError `STORE_FULL`, `STORE_IO` while a batch cannot be written
   */
  async append(exchanges: readonly Exchange[]): Promise<void> {
    if (this.#failure !== undefined) await this.#retry();
    for (const exchange of exchanges) {
      this.#pending.add(exchange);
      if (this.#pending.count >= BATCH_EXCHANGES || this.#pending.byteCount >= BATCH_BYTES) {
        while (this.#underWay.size >= MAX_BATCHES_UNDER_WAY) await Promise.race(this.#underWay);
        if (this.#failure !== undefined) await this.#retry();
        this.#begin();
      }
    }
    if (this.#pending.count > 0)
      this.#flushTimer ??= setTimeout(() => this.#flushAged(), this.#options.flushIntervalMs).unref();
  }

  /** Everything appended before is in the data layer, buffered, and known to the feeder. */
  async drain(): Promise<void> {
    if (this.#failure !== undefined) await this.#retry();
    this.#begin();
    await Promise.all(this.#underWay);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Everything appended before is on disk, synced, in the index too or in the log of what it misses. */
  async flush(): Promise<void> {
    await this.drain();
    const flushed = this.#checkpoint.catch(() => {}).then(() => this.#writeCheckpoint());
    this.#checkpoint = flushed;
    await flushed;
  }

  /** @throws ExchangesLost where some could not be written; other BytecopyErrors of the layers */
  async close(): Promise<void> {
    try {
      await this.flush();
      await this.#feeder.stop();
      await this.flush();
      await this.#catalog.close();
    } catch (error) {
      const lost = this.#unwritten();
      throw lost > 0 && error instanceof BytecopyError ? new ExchangesLost(lost, error, error) : error;
    } finally {
      clearTimeout(this.#flushTimer);
      clearTimeout(this.#checkpointTimer);
      await Promise.all(this.#underWay);
      await this.#feeder.stop();
      await this.#feeder.close();
    }
  }

  /** Exchanges that wait, or that the data layer did not take. */
  #unwritten(): number {
    let exchanges = this.#pending.count;
    for (const { drafts } of this.#failed) for (const { documents } of drafts) exchanges += documents.length;
    return exchanges;
  }

  #begin(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (this.#pending.count === 0) return;
    const drafts = this.#pending.take(this.#options.blockExchanges);
    const batch: Batch = { drafts, firstSequence: this.#sequence + 1, data: undefined, index: [] };
    this.#sequence += drafts.length;
    const written: Promise<void> = this.#write(batch)
      .catch((error: unknown) => this.#fail(batch, error))
      .finally(() => this.#underWay.delete(written));
    this.#underWay.add(written);
  }

  async #write(batch: Batch): Promise<void> {
    if (batch.data === undefined) await this.#encode(batch);
    const counts = countBySegment(batch.drafts, (draft) => this.#segmentOf(draft));
    await this.#catalog.markDirty([...counts.keys()]);
    await this.#data.put(batch.data ?? [], 'buffered');
    for (const [segment, count] of counts) this.#catalog.add(segment, count);
    await this.#feeder.offer(batch.index);
    this.#checkpointTimer ??= setTimeout(() => this.#checkpointAged(), this.#options.checkpointIntervalMs).unref();
  }

  async #encode(batch: Batch): Promise<void> {
    const blocks = batch.drafts.map((draft, position) => ({ draft, sequence: batch.firstSequence + position }));
    const keys = blocks.map(({ draft, sequence }) => toKey(draft, sequence));
    const segments = batch.drafts.map((draft) => this.#segmentOf(draft));
    const segmentKeys = new Map<Segment, BlockKeyMaterial>();
    if (this.#keys !== undefined) {
      for (const segment of new Set(segments)) segmentKeys.set(segment, await this.#keys.keyFor(segment));
    }
    const values = await Promise.all(
      blocks.map(({ draft, sequence }, position) =>
        encodeBlock(sequence, draft.documents.length, draft.payload, segmentKeys.get(segments[position] as Segment)),
      ),
    );
    batch.index = batch.drafts.map((draft, position) => ({
      segment: segments[position] as Segment,
      block: keys[position] as Buffer,
      documents: draft.documents,
    }));
    batch.data = values.map((value, position) => ({
      segment: segments[position] as Segment,
      key: keys[position] as Buffer,
      value,
    }));
  }

  #segmentOf(draft: BlockDraft): Segment {
    const startAt = segmentStartOf(draft.firstAt, this.#options.segmentMicros);
    return formatSegment(startAt, this.#options.groupOf(draft.service));
  }

  #fail(batch: Batch, error: unknown): void {
    this.#failed.push(batch);
    this.#failure =
      error instanceof BytecopyError
        ? error
        : new BytecopyError('STORE_IO', `cannot write to the store: ${String(error)}`, { cause: error });
  }

  /** Tries what failed again, in order. */
  async #retry(): Promise<void> {
    await Promise.all(this.#underWay);
    const batches = this.#failed.sort((one, other) => one.firstSequence - other.firstSequence);
    this.#failed = [];
    this.#failure = undefined;
    for (const batch of batches) {
      if (this.#failure !== undefined) this.#failed.push(batch);
      else await this.#write(batch).catch((error: unknown) => this.#fail(batch, error));
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #writeCheckpoint(): Promise<void> {
    clearTimeout(this.#checkpointTimer);
    this.#checkpointTimer = undefined;
    const sequence = this.#sequence;
    if (sequence === this.#checkpointed && !this.#feeder.isUnwritten) return;
    // What is begun from here on marks its segments for the next checkpoint; what was begun before is waited for.
    this.#catalog.beginCheckpoint();
    await Promise.all(this.#underWay);
    if (this.#failure !== undefined) throw this.#failure;
    await this.#data.sync();
    await this.#feeder.checkpoint();
    await this.#catalog.endCheckpoint(sequence);
    this.#checkpointed = sequence;
  }

  #flushAged(): void {
    this.#flushTimer = undefined;
    if (this.#underWay.size < MAX_BATCHES_UNDER_WAY && this.#failure === undefined) this.#begin();
    // Busy: the next append or read takes what waits along.
    else this.#flushTimer = setTimeout(() => this.#flushAged(), this.#options.flushIntervalMs).unref();
  }

  #checkpointAged(): void {
    this.#checkpointTimer = undefined;
    // A failure is kept and reported by the next append.
    this.flush().catch(() => {});
  }
}

function toKey(draft: BlockDraft, sequence: number): Buffer {
  return encodeBlockKey({
    slice: draft.slice,
    serviceHash: hashService(draft.service),
    firstAt: draft.firstAt,
    lastAt: draft.lastAt,
    sequence,
    count: draft.documents.length,
  });
}

function countBySegment(
  drafts: readonly BlockDraft[],
  segmentOf: (draft: BlockDraft) => Segment,
): Map<Segment, SegmentCount> {
  const counts = new Map<Segment, SegmentCount>();
  for (const draft of drafts) {
    const segment = segmentOf(draft);
    const known = counts.get(segment);
    const count = { exchanges: draft.documents.length, firstAt: draft.firstAt, lastAt: draft.lastAt };
    counts.set(segment, known === undefined ? count : addCounts(known, count));
  }
  return counts;
}
