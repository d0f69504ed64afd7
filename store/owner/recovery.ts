/**
 * After an unclean end: blocks behind the last checkpoint are counted again and indexed again.
 *
 * Data goes to the data layer before its postings go to the index, so the index can only be behind. Putting a posting
 * again changes nothing, so that whatever the index has already does no harm. Where the index takes nothing, the blocks
 * are among the missed ones and the store opens all the same. Several writers share the segments of a cluster: each
 * looks after the blocks of its own number.
 */
import {
  BytecopyError,
  type DataLayer,
  type Exchange,
  type IndexEntry,
  type IndexLayer,
  type Micros,
  type Segment,
} from '../../core/index.ts';
import type { BlockReader, BlockRef } from '../read/block-reader.ts';
import { toIndexDocument } from '../write/index-document.ts';
import type { MissedBlocks } from '../write/missed-blocks.ts';
import { addCounts, type Catalog, type SegmentCount } from './catalog.ts';
import { type NumberRange, noteSkipped } from './skipped-numbers.ts';
import { writerOf } from './writer-number.ts';

/** What reopening found behind the last checkpoint. */
export interface RecoveryReport {
  readonly exchanges: number;
  readonly blocks: number;
  /** Blocks that could not be read; each was reported as damage. */
  readonly damagedBlocks: number;
  /** Time of the newest exchange found; undefined where there was none. */
  readonly lastAt: Micros | undefined;
  /** One line for people. */
  readonly text: string;
}

interface Tally {
  exchanges: number;
  blocks: number;
  damagedBlocks: number;
  lastAt: Micros | undefined;
  lastSequence: number;
  /** Numbers found behind the checkpoint. */
  readonly found: number[];
  /** A segment that cannot be read may hold numbers that were not found. */
  unreadable: boolean;
  /** The index failed once: the rest is not tried. */
  indexFailed: boolean;
}

const BATCH_BLOCKS = 32;

export interface RecoveryPorts {
  readonly data: DataLayer;
  readonly index: IndexLayer;
  readonly reader: BlockReader;
  readonly catalog: Catalog;
  readonly missed: MissedBlocks;
}

/** @returns the report, and the number of the last block found */
export async function recover(ports: RecoveryPorts): Promise<{ report: RecoveryReport; lastSequence: number }> {
  const { catalog } = ports;
  const lastSequence = catalog.found.sequence;
  const tally: Tally = {
    exchanges: 0,
    blocks: 0,
    damagedBlocks: 0,
    lastAt: undefined,
    lastSequence,
    found: [],
    unreadable: false,
    indexFailed: false,
  };
  const present = new Set(await ports.data.segments());
  for (const segment of catalog.found.dirty) {
    const counted = catalog.counts.get(segment);
    catalog.counts.delete(segment);
    if (!present.has(segment)) continue;
    try {
      await recoverSegment(ports, segment, tally);
    } catch (error) {
      // Searches tell what is damaged, the others are served; what was counted of it stays what it should hold.
      if (!(error instanceof BytecopyError) || error.code !== 'STORE_CORRUPT_SEGMENT') throw error;
      tally.unreadable = true;
      if (counted !== undefined) catalog.counts.set(segment, counted);
    }
  }
  catalog.beginCheckpoint();
  await ports.data.sync();
  if (!tally.indexFailed) {
    await ports.index.sync().catch(() => {
      for (const segment of catalog.found.dirty) if (present.has(segment)) ports.missed.addSegment(segment);
    });
  }
  await ports.missed.write(ports.missed.cut());
  if (!tally.unreadable) {
    await noteSkipped(ports.data, writerOf(lastSequence), gapsBehind(lastSequence, tally.found));
  }
  await catalog.endCheckpoint(tally.lastSequence);
  const { exchanges, blocks, damagedBlocks, lastAt } = tally;
  return {
    report: { exchanges, blocks, damagedBlocks, lastAt, text: describe(tally) },
    lastSequence: tally.lastSequence,
  };
}

async function recoverSegment(ports: RecoveryPorts, segment: Segment, tally: Tally): Promise<void> {
  const { data, reader, catalog } = ports;
  let count: SegmentCount | undefined;
  let behind: BlockRef[] = [];
  for await (const page of data.keys({ segment })) {
    for (const bytes of page) {
      const ref = reader.toRef(segment, bytes);
      if (ref === undefined) continue;
      const { firstAt, lastAt, sequence } = ref.key;
      if (writerOf(sequence) !== writerOf(catalog.found.sequence)) continue;
      const block = { exchanges: ref.key.count, firstAt, lastAt };
      count = count === undefined ? block : addCounts(count, block);
      tally.lastSequence = Math.max(tally.lastSequence, sequence);
      if (sequence > catalog.found.sequence) {
        behind.push(ref);
        tally.found.push(sequence);
      }
      if (behind.length === BATCH_BLOCKS) {
        await indexAgain(ports, behind, tally);
        behind = [];
      }
    }
  }
  await indexAgain(ports, behind, tally);
  if (count !== undefined) catalog.counts.set(segment, count);
}

async function indexAgain(ports: RecoveryPorts, refs: readonly BlockRef[], tally: Tally): Promise<void> {
  const { reader, index } = ports;
  const values = await reader.load(refs);
  const entries: IndexEntry[] = [];
  for (const [position, ref] of refs.entries()) {
    const bytes = values[position];
    const exchanges: readonly Exchange[] = bytes === undefined ? [] : reader.decode(ref, bytes);
    if (exchanges.length === 0) {
      tally.damagedBlocks++;
      continue;
    }
    entries.push({ segment: ref.segment, block: ref.bytes, documents: exchanges.map(toIndexDocument) });
    tally.blocks++;
    tally.exchanges += exchanges.length;
    tally.lastAt = Math.max(tally.lastAt ?? 0, ref.key.lastAt);
  }
  if (!tally.indexFailed) {
    try {
      await index.put(entries, 'buffered');
      return;
    } catch {
      // The feeder tries again, and says why.
      tally.indexFailed = true;
    }
  }
  for (const { segment, block } of entries) ports.missed.add(segment, [block]);
}

/** Numbers between those found: batches are written side by side, and a later one may have come first. */
function gapsBehind(checkpoint: number, found: readonly number[]): readonly NumberRange[] {
  const gaps: NumberRange[] = [];
  let last = checkpoint;
  for (const sequence of Float64Array.from(found).sort()) {
    if (sequence > last + 1) gaps.push({ first: last + 1, last: sequence - 1 });
    last = sequence;
  }
  return gaps;
}

function describe(tally: Tally): string {
  const start = 'the store was not closed when it was last written';
  if (tally.blocks === 0) return `${start}; nothing had been written since its last checkpoint`;
  const newest = tally.lastAt === undefined ? '' : `, the newest of ${new Date(tally.lastAt / 1000).toISOString()}`;
  const damaged = tally.damagedBlocks === 0 ? '' : `; ${tally.damagedBlocks} damaged blocks are left out`;
  return `${start}: ${tally.exchanges} exchanges in ${tally.blocks} blocks are recovered${newest}${damaged}`;
}
