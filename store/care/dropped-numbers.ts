/**
 * Numbers of blocks that are gone because their segments were dropped, so that they do not count as lost: property
 * `retention/dropped`.
 *
 *   { "writers":  { "0": { "blocks": 812, "last": 900 } },                    dropped so far, of each writer
 *     "dropping": { "20261121T100000Z": { "0": { "blocks": 20, "last": 921 } } } }   begun, and perhaps not ended
 *
 * Segments of neighbouring times share a stretch of numbers, so a count and the last one are kept instead of each.
 * A drop is noted before it begins and added up when it has ended: whatever ends the process in between, the next
 * retention ends the drop.
 */
import type { DataLayer, Segment } from '../../core/index.ts';
import { decodeBlockKey } from '../block/block-key.ts';
import { writerOf } from '../owner/writer-number.ts';

export interface DroppedBlocks {
  readonly blocks: number;
  readonly last: number;
}

export type BlocksOfWriters = Readonly<Record<string, DroppedBlocks>>;

interface Note {
  readonly writers: BlocksOfWriters;
  readonly dropping: Readonly<Record<Segment, BlocksOfWriters>>;
}

const PROPERTY = 'retention/dropped';

export class DroppedNumbers {
  readonly #data: DataLayer;

  constructor(data: DataLayer) {
    this.#data = data;
  }

  async ofWriters(): Promise<BlocksOfWriters> {
    const { writers, dropping } = await this.#read();
    return Object.values(dropping).reduce(addAll, writers);
  }

  /** Segments whose drop was begun and not ended. */
  async unfinished(): Promise<readonly Segment[]> {
    return Object.keys((await this.#read()).dropping);
  }

  async begin(segment: Segment): Promise<void> {
    const note = await this.#read();
    if (note.dropping[segment] !== undefined) return;
    const blocks = await countBlocks(this.#data, segment);
    await this.#write({ ...note, dropping: { ...note.dropping, [segment]: blocks } });
  }

  async end(segment: Segment): Promise<void> {
    const note = await this.#read();
    const { [segment]: blocks, ...dropping } = note.dropping;
    await this.#write({ writers: addAll(note.writers, blocks ?? {}), dropping });
  }

  /** The drop was noted and did not begin. */
  async takeBack(segment: Segment): Promise<void> {
    const { writers, dropping: noted } = await this.#read();
    const { [segment]: _, ...dropping } = noted;
    await this.#write({ writers, dropping });
  }

  async #read(): Promise<Note> {
    const bytes = await this.#data.readProperty(PROPERTY);
    if (bytes === undefined) return { writers: {}, dropping: {} };
    try {
      return JSON.parse(Buffer.from(bytes).toString()) as Note;
    } catch {
      return { writers: {}, dropping: {} }; // damaged: numbers dropped before count as lost from here on
    }
  }

  #write(note: Note): Promise<void> {
    return this.#data.writeProperty(PROPERTY, Buffer.from(JSON.stringify(note)));
  }
}

/** A segment that cannot be read counts as far as it goes. */
async function countBlocks(data: DataLayer, segment: Segment): Promise<BlocksOfWriters> {
  const counts = new Map<number, { blocks: number; last: number }>();
  try {
    for await (const page of data.keys({ segment })) {
      for (const bytes of page) {
        const sequence = decodeBlockKey(bytes)?.sequence;
        if (sequence === undefined) continue;
        const writer = writerOf(sequence);
        const count = counts.get(writer) ?? { blocks: 0, last: 0 };
        counts.set(writer, { blocks: count.blocks + 1, last: Math.max(count.last, sequence) });
      }
    }
  } catch {
    // What is lost in it is told by `verify`; dropping it is the cure.
  }
  return Object.fromEntries(counts);
}

function addAll(one: BlocksOfWriters, other: BlocksOfWriters): BlocksOfWriters {
  const sum: Record<string, DroppedBlocks> = { ...one };
  for (const [writer, { blocks, last }] of Object.entries(other)) {
    const known = sum[writer] ?? { blocks: 0, last: 0 };
    sum[writer] = { blocks: known.blocks + blocks, last: Math.max(known.last, last) };
  }
  return sum;
}
