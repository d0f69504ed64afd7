/**
 * Entries → index layer, beside the writing of data and never in its way.
 *
 *   batch in the data layer ─▶ lots, in order of arrival ─▶ index.put, few at once ─▶ settling ─▶ seen by searches
 *                              bounded │                     failed: again, with back-off
 *                                      ▼ full for too long
 *                              missed blocks: keys on disk ─▶ read from the data layer again, when no lot waits
 *
 * A full memory holds the writer up for a moment only, so that a quick index sets the pace of an import; from then on,
 * until the index has caught up, what finds no room is kept by key. What searches may not find yet is told by
 * {@link IndexFeeder.unindexed}.
 */
import { BytecopyError, type IndexEntry, type IndexLayer, type Millis, type Segment } from '../../core/index.ts';
import { type BlockName, bySegment } from './block-name.ts';
import type { MissedBlocks, MissedCut } from './missed-blocks.ts';
import type { MissedLot, MissedSource } from './missed-source.ts';
import { SettlingBlocks } from './settling-blocks.ts';
import { UnsyncedBlocks } from './unsynced-blocks.ts';
import { WakeUp } from './wake-up.ts';

/** Batches in memory that wait for the index: with two under way some 25,000 documents, 20 MB. */
const MAX_LOTS = 4;
/** One is built while the other is written. */
const MAX_UNDER_WAY = 2;
/** Blocks of the missed ones in one put: a batch's worth. */
const MISSED_BLOCKS_A_LOT = 64;
/** Such puts at once: a remote index answers several in the time of one. */
const MISSED_LOTS_AT_ONCE = 4;
/** Unindexed blocks of a segment that a search merges by key; where there are more it reads the segment's data. */
const MAX_MERGED_BLOCKS = 4096;

export interface IndexFeederOptions {
  /** A batch waits so long for room before its blocks are kept by key instead. */
  readonly patienceMs: Millis;
  /** A checkpoint waits so long for what is under way, before it is kept by key. */
  readonly settleMs: Millis;
  /** Pause after the first failure; doubled with each one that follows, up to {@link maxPauseMs}. */
  readonly firstPauseMs: Millis;
  readonly maxPauseMs: Millis;
}

export const FEEDER_DEFAULTS: IndexFeederOptions = {
  patienceMs: 250,
  settleMs: 2_000,
  firstPauseMs: 100,
  maxPauseMs: 10_000,
};

/** Told to people: the index does not keep up, or does again. */
export type IndexState =
  | { readonly kind: 'behind'; readonly blocks: number; readonly error: BytecopyError | undefined }
  | { readonly kind: 'caught-up' };

/** Exchanges on their way into the index: taken = indexed + waiting. */
export interface IndexCounts {
  /** Of this process, and what earlier ones left. */
  readonly taken: number;
  readonly waiting: number;
  /** No more of them will be indexed by this process. */
  readonly ended: boolean;
}

export interface IndexFeederPorts {
  readonly index: IndexLayer;
  readonly missed: MissedBlocks;
  readonly source: MissedSource;
  readonly onState: (state: IndexState) => void;
  readonly onMoved?: ((counts: IndexCounts) => void) | undefined;
}

interface Lot {
  readonly entries: readonly IndexEntry[];
  /** Blocks that are done with it though they have no entry: gone or damaged. */
  readonly without: readonly BlockName[];
  /** It is among the missed blocks too: a checkpoint came while it waited, or it was taken from there. */
  isMissed: boolean;
}

export class IndexFeeder {
  readonly #options: IndexFeederOptions;
  readonly #ports: IndexFeederPorts;
  readonly #lots: Lot[] = [];
  readonly #underWay = new Map<Lot, Promise<void>>();
  readonly #settling = new SettlingBlocks();
  readonly #unsynced = new UnsyncedBlocks();
  #taken = 0;
  /** For who waits for room, or for the end of what is under way. */
  readonly #wakeUp = new WakeUp();
  #behind = false;
  #failure: BytecopyError | undefined;
  #pauseMs: Millis;
  #pause: NodeJS.Timeout | undefined;
  #isReading = false;
  #stopped = false;

  constructor(options: IndexFeederOptions, ports: IndexFeederPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#pauseMs = options.firstPauseMs;
  }

  /** Takes up what an earlier process left in the log. */
  start(): void {
    this.#taken = this.#ports.missed.exchanges;
    this.#tellMoved();
    if (!this.#ports.missed.isEmpty) this.#fallBehind(undefined);
    this.#pump();
  }

  /** Why the index got nothing lately. */
  get failure(): BytecopyError | undefined {
    return this.#failure;
  }

  /** Blocks that wait for the index; a segment that is missed as a whole counts as one. */
  get waitingBlocks(): number {
    const { missed } = this.#ports;
    let blocks = missed.count + missed.segments.size;
    for (const lot of this.#memory()) blocks += lot.entries.length;
    return blocks;
  }

  /** There is something to write at a checkpoint though nothing was stored since the last one. */
  get isUnwritten(): boolean {
    return this.#ports.missed.isUnwritten || !this.#unsynced.isEmpty;
  }

  /** Takes entries whose blocks the data layer has. Never fails, and waits for room only as long as its patience. */
  async offer(entries: readonly IndexEntry[]): Promise<void> {
    if (entries.length === 0) return;
    if (this.#lots.length >= MAX_LOTS && !this.#behind && !this.#stopped) {
      await this.#wakeUp.until(() => this.#lots.length < MAX_LOTS || this.#behind, this.#options.patienceMs);
    }
    for (const { documents } of entries) this.#taken += documents.length;
    if (this.#lots.length < MAX_LOTS && !this.#stopped) this.#lots.push({ entries, without: [], isMissed: false });
    else {
      this.#miss(entries);
      this.#fallBehind(this.#failure);
    }
    this.#tellMoved();
    this.#pump();
  }

  /**
   * Blocks of a segment that a search of the index may not find; `unknown` where they are too many to name. To be asked
   * before the search begins: a block may become known to the index meanwhile, and is then told by both.
   */
  unindexed(segment: Segment): readonly Uint8Array[] | 'unknown' {
    const missed = this.#ports.missed.of(segment, MAX_MERGED_BLOCKS);
    if (missed === 'unknown') return 'unknown';
    const keys = [...missed];
    for (const lot of this.#memory()) {
      for (const entry of lot.entries) if (entry.segment === segment) keys.push(entry.block);
    }
    keys.push(...this.#settling.of(segment));
    return keys.length > MAX_MERGED_BLOCKS ? 'unknown' : keys;
  }

  /**
   * Everything offered before is in the index and synced there, or in the log: what a checkpoint needs. Waits for an
   * index that works, not for one that fails or stands still.
   *
   * @throws BytecopyError `STORE_FULL`, `STORE_IO` of the log
   */
  async checkpoint(): Promise<void> {
    if (this.#failure === undefined && !this.#stopped) {
      const offered = new Set(this.#memory());
      const isDone = () => this.#memory().every((lot) => !offered.has(lot)) || this.#failure !== undefined;
      await this.#wakeUp.until(isDone, this.#options.settleMs);
    }
    for (const lot of this.#memory()) {
      if (!lot.isMissed) this.#miss(lot.entries);
      lot.isMissed = true;
    }
    const cut = this.#ports.missed.cut();
    await this.#ports.missed.write((await this.#sync()) ? cut : this.#extended(cut));
  }

  /** Ends with what is under way, for as long as a checkpoint waits; nothing is put afterwards. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#pause);
    await this.#wakeUp.until(() => this.#underWay.size === 0 && !this.#isReading, this.#options.settleMs);
    this.#wakeUp.call();
  }

  close(): Promise<void> {
    this.#tellMoved(true);
    return this.#ports.missed.close();
  }

  /** @returns false where it failed or stood still: what it acknowledged since the last one counts as missed then */
  async #sync(): Promise<boolean> {
    if (this.#unsynced.isEmpty) return true;
    const { names, segments } = this.#unsynced.take();
    let ended: 'synced' | 'failed' | undefined;
    const syncing = this.#ports.index.sync().then(
      () => {
        ended = 'synced';
        this.#wakeUp.call();
      },
      (error: unknown) => {
        ended = 'failed';
        this.#fail(error);
      },
    );
    await this.#wakeUp.until(() => ended !== undefined, this.#options.settleMs);
    syncing.catch(() => {});
    if (ended === 'synced') return true;
    for (const [segment, exchanges] of segments) this.#ports.missed.addSegment(segment, exchanges);
    this.#miss(names);
    this.#fallBehind(this.#failure);
    this.#pump();
    return false;
  }

  /** What was missed since the cut, too: nothing of the index is sure. */
  #extended(cut: MissedCut): MissedCut {
    const more = this.#ports.missed.cut();
    return more.anew ? more : { anew: cut.anew, records: [...cut.records, ...more.records] };
  }

  #pump(): void {
    if (this.#stopped || this.#pause !== undefined) return;
    while (this.#underWay.size < MAX_UNDER_WAY) {
      const lot = this.#lots.shift();
      if (lot === undefined) break;
      this.#put(lot);
      this.#wakeUp.call();
    }
    if (this.#lots.length > 0 || this.#underWay.size > 0 || this.#isReading) return;
    if (!this.#ports.missed.isEmpty) void this.#takeUp();
    else if (this.#behind) {
      this.#behind = false;
      this.#ports.onState({ kind: 'caught-up' });
      this.#wakeUp.call();
    }
  }

  #put(lot: Lot): void {
    const put = this.#ports.index.put(lot.entries, 'buffered').then(
      () => {
        this.#underWay.delete(lot);
        this.#acknowledged(lot);
      },
      (error: unknown) => {
        this.#underWay.delete(lot);
        this.#lots.unshift(lot);
        this.#fail(error);
      },
    );
    this.#underWay.set(lot, put);
  }

  /** Reads missed blocks again and puts them. */
  async #takeUp(): Promise<void> {
    this.#isReading = true;
    try {
      const lot = await this.#ports.source.next(MISSED_BLOCKS_A_LOT * MISSED_LOTS_AT_ONCE);
      this.#isReading = false;
      if (lot === undefined) this.#pump();
      else if (lot.entries.length === 0) this.#acknowledged({ ...lot, isMissed: true });
      else if (!this.#stopped) this.#putMissed(lot);
      this.#wakeUp.call();
    } catch (error) {
      this.#isReading = false;
      this.#fail(error);
    }
  }

  /** The next are read when all of these are in the index: what fails is put again before that. */
  #putMissed({ entries, without }: MissedLot): void {
    for (let at = 0; at < entries.length; at += MISSED_BLOCKS_A_LOT) {
      const part = entries.slice(at, at + MISSED_BLOCKS_A_LOT);
      this.#put({ entries: part, without: at === 0 ? without : [], isMissed: true });
    }
  }

  #acknowledged(lot: Lot): void {
    this.#failure = undefined;
    this.#pauseMs = this.#options.firstPauseMs;
    const names = [...lot.entries.map(({ segment, block }) => ({ segment, block })), ...lot.without];
    this.#unsynced.add(names);
    this.#settling.add(names, this.#ports.index.manifest.visibleAfterMs);
    if (!this.#ports.missed.isEmpty) {
      for (const [segment, keys] of bySegment(names)) this.#ports.missed.remove(segment, keys);
    }
    this.#ports.source.acknowledged(names);
    this.#tellMoved();
    this.#pump();
    this.#wakeUp.call();
  }

  #fail(error: unknown): void {
    this.#failure =
      error instanceof BytecopyError
        ? error
        : new BytecopyError('STORE_INDEX_FAILED', `the index does not take entries: ${String(error)}`, {
            cause: error,
          });
    this.#fallBehind(this.#failure);
    this.#wakeUp.call();
    if (this.#stopped || this.#pause !== undefined) return;
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#pump();
    }, this.#pauseMs).unref();
    this.#pauseMs = Math.min(2 * this.#pauseMs, this.#options.maxPauseMs);
  }

  #fallBehind(error: BytecopyError | undefined): void {
    if (this.#behind) return;
    this.#behind = true;
    this.#ports.onState({ kind: 'behind', blocks: this.waitingBlocks, error });
    this.#wakeUp.call();
  }

  #miss(names: readonly BlockName[]): void {
    for (const [segment, keys] of bySegment(names)) this.#ports.missed.add(segment, keys);
  }

  #tellMoved(ended = false): void {
    const { missed, onMoved } = this.#ports;
    if (onMoved === undefined) return;
    let waiting = missed.exchanges;
    for (const { entries, isMissed } of this.#memory()) {
      if (!isMissed) for (const { documents } of entries) waiting += documents.length;
    }
    onMoved({ taken: this.#taken, waiting, ended });
  }

  #memory(): readonly Lot[] {
    return [...this.#underWay.keys(), ...this.#lots];
  }
}
