/**
 * Reads everything in the data layer: every block's checksum, every exchange in it, the numbers of the blocks, and the
 * counts that were kept when they were written. Changes nothing.
 *
 * Blocks are numbered without a gap, so a number below the last one that no block has, no dropped segment had, and no
 * recovery found never written, is a block that was lost as a whole. Memory: a bit a block.
 */
import { BytecopyError, type Segment, segmentStart } from '../../core/index.ts';
import { type NumberRange, readSkipped, withoutSkipped } from '../owner/skipped-numbers.ts';
import { sequenceBefore, writerOf } from '../owner/writer-number.ts';
import type { BlockRef } from '../read/block-reader.ts';
import type { Damage, ReportDamage } from '../read/damage.ts';
import type { CarePorts } from './care-ports.ts';
import { DroppedNumbers } from './dropped-numbers.ts';
import { NumberSet } from './number-set.ts';
import { RateLimit } from './rate-limit.ts';
import { overlapsSegment, type TimeRange } from './time-range.ts';

export interface VerifyRequest extends TimeRange {
  /** Blocks a second at most that are read. */
  readonly blocksPerSecond?: number;
}

/** A segment that holds fewer exchanges than were counted when it was written. */
export interface ShortSegment {
  readonly segment: Segment;
  readonly counted: number;
  readonly found: number;
}

export interface VerifyFindings {
  readonly segments: number;
  readonly blocks: number;
  /** In blocks that could be read. */
  readonly exchanges: number;
  /** Blocks and segments that could not; each was reported as damage. */
  readonly damaged: number;
  /** Blocks that are in the store no more, though no segment that was dropped held them. */
  readonly lostBlocks: number;
  /** Their numbers, at most {@link MAX_RANGES} runs; where segments were dropped, the lost are among them. */
  readonly lostNumbers: readonly NumberRange[];
  readonly shortSegments: readonly ShortSegment[];
  /** Whether nothing is wrong. */
  readonly sound: boolean;
}

export interface VerifyProgress {
  readonly done: number;
  readonly segments: number;
  /** The one under way; empty at the end. */
  readonly segment: Segment;
  readonly findings: VerifyFindings;
}

export const MAX_RANGES = 100;
const BATCH_BLOCKS = 32;

interface Tally {
  segments: number;
  blocks: number;
  exchanges: number;
  damaged: number;
  lostBlocks: number;
  readonly lostNumbers: NumberRange[];
  readonly shortSegments: ShortSegment[];
}

/** Yields several times a segment, and at the end. @throws BytecopyError of the layer */
export async function* verifyStore(
  request: VerifyRequest,
  ports: CarePorts,
  report: ReportDamage,
): AsyncGenerator<VerifyProgress> {
  const tally: Tally = {
    segments: 0,
    blocks: 0,
    exchanges: 0,
    damaged: 0,
    lostBlocks: 0,
    lostNumbers: [],
    shortSegments: [],
  };
  const written = await ports.writer?.settle();
  const stored = await ports.data.segments();
  const segments = stored.filter((segment) => overlapsSegment(request, segment, ports.segmentMicros));
  const numbers = new Map<number, NumberSet>();
  const walk = new SegmentWalk(ports, new RateLimit(request.blocksPerSecond, ports.pause), tally, numbers, report);
  const progress = (done: number, segment: Segment): VerifyProgress => ({
    done,
    segments: segments.length,
    segment,
    findings: { ...tally, sound: tally.damaged + tally.lostBlocks + tally.shortSegments.length === 0 },
  });
  for (const [done, segment] of segments.entries()) {
    yield progress(done, segment);
    for await (const _ of walk.run(segment)) yield progress(done, segment);
  }
  if (request.since === undefined && request.until === undefined) {
    await findMissingSegments(ports, new Set(stored), tally);
    await findLostNumbers(ports, numbers, written, tally);
  }
  yield progress(segments.length, '');
}

class SegmentWalk {
  readonly #ports: CarePorts;
  readonly #rate: RateLimit;
  readonly #tally: Tally;
  readonly #numbers: Map<number, NumberSet>;
  readonly #report: ReportDamage;
  /** A bit a block is kept in one set a writer. */
  readonly #reader;

  constructor(ports: CarePorts, rate: RateLimit, tally: Tally, numbers: Map<number, NumberSet>, report: ReportDamage) {
    this.#ports = ports;
    this.#rate = rate;
    this.#tally = tally;
    this.#numbers = numbers;
    this.#report = report;
    this.#reader = ports.readerFor((damage) => this.#damaged(damage));
  }

  async *run(segment: Segment): AsyncGenerator<void> {
    const { data, writer } = this.#ports;
    const counted = writer?.counted().get(segment)?.exchanges;
    let found = 0;
    try {
      await this.#ports.assertReadable?.(segment);
      let batch: BlockRef[] = [];
      for await (const page of data.keys({ segment })) {
        for (const bytes of page) {
          const ref = this.#reader.toRef(segment, bytes);
          if (ref === undefined) continue;
          found += ref.key.count;
          batch.push(ref);
          if (batch.length < BATCH_BLOCKS) continue;
          await this.#read(batch);
          batch = [];
        }
        yield;
      }
      await this.#read(batch);
    } catch (error) {
      if (!(error instanceof BytecopyError) || error.code !== 'STORE_CORRUPT_SEGMENT') throw error;
      const firstAt = segmentStart(segment);
      const lastAt = firstAt + this.#ports.segmentMicros - 1;
      this.#damaged({ code: error.code, key: '', firstAt, lastAt, exchanges: 0, text: error.message });
    }
    this.#tally.segments++;
    if (counted === undefined || found >= counted) return;
    // Dropped while it was read, it is short of nothing.
    if ((await data.segments()).includes(segment)) this.#tally.shortSegments.push({ segment, counted, found });
  }

  async #read(refs: readonly BlockRef[]): Promise<void> {
    if (refs.length === 0) return;
    await this.#rate.take(refs.length);
    const blocks = await this.#reader.load(refs);
    for (const [position, ref] of refs.entries()) {
      const { sequence } = ref.key;
      this.#numbersOf(writerOf(sequence)).add(sequence);
      const block = blocks[position];
      if (block === undefined) continue; // its segment was dropped meanwhile
      this.#tally.blocks++;
      this.#tally.exchanges += this.#reader.decode(ref, block).length;
    }
  }

  #numbersOf(writer: number): NumberSet {
    let numbers = this.#numbers.get(writer);
    if (numbers === undefined) {
      numbers = new NumberSet();
      this.#numbers.set(writer, numbers);
    }
    return numbers;
  }

  #damaged(damage: Damage): void {
    this.#tally.damaged++;
    this.#report(damage);
  }
}

async function findMissingSegments(ports: CarePorts, stored: ReadonlySet<Segment>, tally: Tally): Promise<void> {
  const present = new Set([...stored, ...(await ports.data.segments())]);
  for (const [segment, { exchanges }] of ports.writer?.counted() ?? []) {
    if (!present.has(segment)) tally.shortSegments.push({ segment, counted: exchanges, found: 0 });
  }
}

/** @param written all numbers of this process's writer up to this one have to be there */
async function findLostNumbers(
  ports: CarePorts,
  numbers: ReadonlyMap<number, NumberSet>,
  written: number | undefined,
  tally: Tally,
): Promise<void> {
  const dropped = await new DroppedNumbers(ports.data).ofWriters();
  const writers = new Set([...numbers.keys(), ...Object.keys(dropped).map(Number)]);
  if (written !== undefined && written > 0) writers.add(writerOf(written));
  for (const writer of writers) {
    const found = numbers.get(writer) ?? new NumberSet();
    const own = written !== undefined && writerOf(written) === writer ? written : found.last;
    const skipped = await readSkipped(ports.data, writer);
    const gone = dropped[writer] ?? { blocks: 0, last: 0 };
    const last = Math.max(own, gone.last);
    // Of the missing numbers up to the last dropped one, so many were dropped; behind it each is a loss.
    let explained = gone.blocks;
    for (const range of missingNumbers(found, sequenceBefore(writer) + 1, last, skipped)) {
      const below = Math.max(0, Math.min(range.last, gone.last) - range.first + 1);
      const dropCount = Math.min(below, explained);
      explained -= dropCount;
      const lost = range.last - range.first + 1 - dropCount;
      tally.lostBlocks += lost;
      if (lost > 0 && tally.lostNumbers.length < MAX_RANGES) tally.lostNumbers.push(range);
    }
  }
}

function* missingNumbers(
  found: NumberSet,
  first: number,
  last: number,
  skipped: readonly NumberRange[],
): Generator<NumberRange> {
  for (const range of found.missing(first, last)) yield* withoutSkipped(range, skipped);
}
