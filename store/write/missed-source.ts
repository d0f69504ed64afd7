/** Missed blocks, read from the data layer again and made index entries. */
import type { DataLayer, IndexEntry, Segment } from '../../core/index.ts';
import type { BlockReader, BlockRef } from '../read/block-reader.ts';
import { toIndexDocument } from './index-document.ts';
import type { MissedBlocks } from './missed-blocks.ts';

export interface MissedLot {
  readonly entries: readonly IndexEntry[];
  /** Blocks that are gone, or damaged and reported as that: there is nothing to index. */
  readonly without: readonly { readonly segment: Segment; readonly block: Uint8Array }[];
}

export interface MissedSourcePorts {
  readonly data: DataLayer;
  readonly reader: BlockReader;
  readonly missed: MissedBlocks;
}

export class MissedSource {
  readonly #ports: MissedSourcePorts;
  /** Where a walk over a whole segment stands. */
  #walk: { readonly segment: Segment; from: Buffer | undefined; last: Uint8Array | undefined } | undefined;

  constructor(ports: MissedSourcePorts) {
    this.#ports = ports;
  }

  /** @returns undefined where nothing is missed any more */
  async next(maxBlocks: number): Promise<MissedLot | undefined> {
    const task = this.#ports.missed.next(maxBlocks);
    if (task === undefined) return undefined;
    if (task.kind === 'blocks') return await this.#read(task.segment, task.keys);
    return await this.#nextOf(task.segment, maxBlocks);
  }

  /** What {@link next} gave is in the index: a walk goes on behind it. */
  acknowledged(names: readonly { readonly segment: Segment; readonly block: Uint8Array }[]): void {
    const walk = this.#walk;
    if (walk?.last === undefined) return;
    const last = walk.last;
    if (names.some(({ segment, block }) => segment === walk.segment && Buffer.compare(block, last) === 0)) {
      // The least key behind it.
      walk.from = Buffer.concat([last, Buffer.of(0)]);
      walk.last = undefined;
    }
  }

  async #nextOf(segment: Segment, maxBlocks: number): Promise<MissedLot | undefined> {
    if (this.#walk?.segment !== segment) {
      this.#walk = { segment, from: undefined, last: undefined };
      this.#ports.missed.beginSegment(segment);
    }
    const { from } = this.#walk;
    const range = { segment, pageEntries: maxBlocks, ...(from === undefined ? {} : { from }) };
    for await (const keys of this.#ports.data.keys(range)) {
      const page = keys.slice(0, maxBlocks);
      this.#walk.last = page.at(-1);
      return await this.#read(segment, page);
    }
    this.#walk = undefined;
    this.#ports.missed.endSegment(segment);
    return await this.next(maxBlocks);
  }

  async #read(segment: Segment, keys: readonly Uint8Array[]): Promise<MissedLot> {
    const { reader } = this.#ports;
    const refs = keys.map((key) => reader.toRef(segment, key)).filter((ref): ref is BlockRef => ref !== undefined);
    const values = await reader.load(refs);
    const entries: IndexEntry[] = [];
    const read = new Set<Uint8Array>();
    for (const [position, ref] of refs.entries()) {
      const bytes = values[position];
      const exchanges = bytes === undefined ? [] : reader.decode(ref, bytes);
      if (exchanges.length === 0) continue;
      read.add(ref.bytes);
      entries.push({ segment, block: ref.bytes, documents: exchanges.map(toIndexDocument) });
    }
    const without = keys.filter((key) => !read.has(key)).map((block) => ({ segment, block }));
    return { entries, without };
  }
}
