/** Blocks by their keys → unpacked → exchanges. What is damaged is reported and left out. */
import { BytecopyError, type DataLayer, type Exchange, type Segment, segmentStart } from '../../core/index.ts';
import { type Block, decodeBlock, readBlockHeader } from '../block/block.ts';
import { type BlockKey, decodeBlockKey } from '../block/block-key.ts';
import { keyRingMissing, type SegmentKeys } from '../keys/segment-keys.ts';
import type { ReportDamage } from './damage.ts';

/** A block to be read, and which of its exchanges. */
export interface BlockRef {
  readonly segment: Segment;
  readonly bytes: Uint8Array;
  readonly key: BlockKey;
  /** Positions wanted, as in an index hit. */
  readonly low: number;
  readonly high: number;
}

/** A block with its checksum proved and its payload unpacked, or what is wrong with it, which is reported when it is decoded. */
export type LoadedBlock = Block | string;

const ALL_POSITIONS = 0xffff_ffff;

export class BlockReader {
  readonly #data: DataLayer;
  readonly #report: ReportDamage;
  readonly #keys: SegmentKeys | undefined;

  /** @param keys that open encrypted blocks; without them those cannot be read */
  constructor(data: DataLayer, report: ReportDamage, keys?: SegmentKeys) {
    this.#data = data;
    this.#report = report;
    this.#keys = keys;
  }

  /** @returns undefined for a key that is not a block's, which is reported */
  toRef(segment: Segment, bytes: Uint8Array, low = ALL_POSITIONS, high = ALL_POSITIONS): BlockRef | undefined {
    const key = decodeBlockKey(bytes);
    if (key !== undefined) return { segment, bytes, key, low, high };
    const hex = Buffer.from(bytes.subarray(0, 64)).toString('hex');
    const text = `segment ${segment} holds a key that is no block's: ${hex}`;
    const at = segmentStart(segment);
    this.#report({ code: 'STORE_CORRUPT_BLOCK', key: hex, firstAt: at, lastAt: at, exchanges: 0, text });
    return undefined;
  }

  /**
   * Blocks in the order asked, unpacked in the thread pool; undefined where a block is gone.
   *
   * @throws BytecopyError `STORE_KEY_MISSING` (exit code 2) where a key that opens them is not in the ring
   */
  async load(refs: readonly BlockRef[]): Promise<readonly (LoadedBlock | undefined)[]> {
    const [first] = refs;
    if (first === undefined) return [];
    if (refs.every((ref) => ref.segment === first.segment)) return await this.#loadOf(first.segment, refs);
    const loaded = new Map<BlockRef, LoadedBlock | undefined>();
    for (const segment of new Set(refs.map((ref) => ref.segment))) {
      const own = refs.filter((ref) => ref.segment === segment);
      const blocks = await this.#loadOf(segment, own);
      for (const [position, ref] of own.entries()) loaded.set(ref, blocks[position]);
    }
    return refs.map((ref) => loaded.get(ref));
  }

  async #loadOf(segment: Segment, refs: readonly BlockRef[]): Promise<readonly (LoadedBlock | undefined)[]> {
    const keys = refs.map((ref) => ref.bytes);
    try {
      const values = await this.#data.getMany(segment, keys);
      return await Promise.all(values.map((bytes) => (bytes === undefined ? undefined : this.open(segment, bytes))));
    } catch (error) {
      if (!(error instanceof BytecopyError) || error.code !== 'STORE_CORRUPT_SEGMENT') throw error;
      if (refs.length === 1) return [error.message];
      // One after the other, so that what is damaged costs no block beside it.
      const loaded: (LoadedBlock | undefined)[] = [];
      for (const ref of refs) loaded.push(...(await this.#loadOf(segment, [ref])));
      return loaded;
    }
  }

  /**
   * One block's bytes, as the data layer has them.
   *
   * @throws BytecopyError `STORE_KEY_MISSING` (exit code 2)
   */
  async open(segment: Segment, bytes: Uint8Array): Promise<LoadedBlock> {
    const header = readBlockHeader(bytes);
    if (typeof header === 'string') return header;
    if (header.keyId === '') return await decodeBlock(bytes, header);
    if (this.#keys === undefined) throw keyRingMissing(segment);
    try {
      return await decodeBlock(bytes, header, await this.#keys.find(segment, header.keyId));
    } catch (error) {
      // The key was damaged on disk, as blocks are: it costs what it opened, and nothing else.
      if (error instanceof BytecopyError && error.code === 'STORE_CORRUPT_KEY') return error.message;
      throw error;
    }
  }

  /** The wanted exchanges of a block, in the order of their ids; their bytes are views of the unpacked block. */
  decode(ref: BlockRef, block: LoadedBlock): readonly Exchange[] {
    if (typeof block === 'string') return this.#damaged(ref, block);
    if (block.sequence !== ref.key.sequence || block.count !== ref.key.count) {
      return this.#damaged(ref, `it says block ${block.sequence} of ${block.count}`);
    }
    try {
      return block.exchanges(ref.low, ref.high);
    } catch (error) {
      if (error instanceof BytecopyError) return this.#damaged(ref, error.message);
      throw error;
    }
  }

  #damaged(ref: BlockRef, why: string): readonly Exchange[] {
    const { firstAt, lastAt, count, sequence } = ref.key;
    const range = `${isoTime(firstAt)} to ${isoTime(lastAt)}`;
    this.#report({
      code: 'STORE_CORRUPT_BLOCK',
      key: Buffer.from(ref.bytes).toString('hex'),
      firstAt,
      lastAt,
      exchanges: count,
      text: `block ${sequence} (${range}, ${count} exchanges) is damaged and left out: ${why}`,
    });
    return [];
  }
}

function isoTime(at: number): string {
  return new Date(at / 1000).toISOString();
}
