/**
 * Keys of segments: what blocks are encrypted with, so that deleting a segment's keys shreds what it held.
 *
 *   ring key ─wraps─▶ segment-keys/SEGMENT/KEY-ID ─opens─▶ blocks of the segment
 *
 * Kept as properties of the data layer, one a key: processes that write the same segment at once may each make one, and
 * blocks name the one they need. A key is on disk before the first block that needs it is encrypted.
 */
import { createHash, randomBytes } from 'node:crypto';
import { BytecopyError, type DataLayer, KEY_BYTES, type KeyRing, type Segment } from '../../core/index.ts';
import type { BlockKeyMaterial } from '../block/block-cipher.ts';
import { unwrapKey, wrapKey, wrappingKeyId } from './wrapped-key.ts';

const PREFIX = 'segment-keys/';

export class SegmentKeys {
  readonly #data: DataLayer;
  readonly #ring: KeyRing;
  /** By segment: the key to write with, made or found once. */
  readonly #writing = new Map<Segment, Promise<BlockKeyMaterial>>();
  /** By segment and id: keys that were opened; one that is not there is looked for again. */
  readonly #opened = new Map<Segment, Map<string, BlockKeyMaterial>>();

  constructor(data: DataLayer, ring: KeyRing) {
    this.#data = data;
    this.#ring = ring;
  }

  /**
   * The key to encrypt a segment's blocks with; made where it has none that the ring opens.
   *
   * @throws BytecopyError what the data layer throws
   */
  keyFor(segment: Segment): Promise<BlockKeyMaterial> {
    const known = this.#writing.get(segment);
    if (known !== undefined) return known;
    const key = this.#findOrMake(segment);
    this.#writing.set(segment, key);
    // What failed is tried again by the next block.
    key.catch(() => this.#writing.delete(segment));
    return key;
  }

  /**
   * @param keyId as a block names it
   * @returns undefined where the segment's key was deleted
   * @throws BytecopyError `STORE_KEY_MISSING` (exit code 2) where the ring lacks the key that opens it,
   *   `STORE_CORRUPT_KEY` where it is damaged
   */
  async find(segment: Segment, keyId: string): Promise<BlockKeyMaterial | undefined> {
    const known = this.#opened.get(segment)?.get(keyId);
    if (known !== undefined) return known;
    const name = nameOf(segment, keyId);
    const wrapped = await this.#data.readProperty(name);
    if (wrapped === undefined) return undefined;
    const bytes = this.#unwrap(wrapped, name);
    return this.#remember(segment, { id: keyId, bytes });
  }

  /** Deletes the segment's keys, for good: its encrypted blocks cannot be read any more, by anyone. */
  async shred(segment: Segment): Promise<void> {
    this.#writing.delete(segment);
    this.#opened.delete(segment);
    await shredSegmentKeys(this.#data, segment);
  }

  /**
   * Wraps the segment's keys with the ring's current key; those that are need nothing.
   *
   * @returns how many were wrapped anew
   * @throws BytecopyError `STORE_KEY_MISSING`, `STORE_CORRUPT_KEY`
   */
  async rewrap(segment: Segment): Promise<number> {
    const { current } = this.#ring;
    let count = 0;
    for (const name of await this.#namesOf(segment)) {
      const wrapped = await this.#data.readProperty(name);
      if (wrapped === undefined || wrappingKeyId(wrapped) === current.id) continue;
      await this.#data.writeProperty(name, wrapKey(this.#unwrap(wrapped, name), name, current));
      count++;
    }
    return count;
  }

  async #findOrMake(segment: Segment): Promise<BlockKeyMaterial> {
    for (const name of await this.#namesOf(segment)) {
      const wrapped = await this.#data.readProperty(name);
      // A key that a lost ring key wrapped, or that is damaged, does not keep new blocks from being written.
      if (wrapped === undefined || this.#ring.find(wrappingKeyId(wrapped) ?? '') === undefined) continue;
      const bytes = this.#tryUnwrap(wrapped, name);
      if (bytes !== undefined) return this.#remember(segment, { id: name.slice(prefixOf(segment).length), bytes });
    }
    const bytes = randomBytes(KEY_BYTES);
    const id = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
    const name = nameOf(segment, id);
    await this.#data.writeProperty(name, wrapKey(bytes, name, this.#ring.current));
    return this.#remember(segment, { id, bytes });
  }

  #unwrap(wrapped: Uint8Array, name: string): Buffer {
    const ringKeyId = wrappingKeyId(wrapped);
    if (ringKeyId !== undefined && this.#ring.find(ringKeyId) === undefined) throw keyMissing(name, ringKeyId);
    const bytes = this.#tryUnwrap(wrapped, name);
    if (bytes !== undefined) return bytes;
    throw new BytecopyError('STORE_CORRUPT_KEY', `the key kept as ${name} is damaged`, {
      hint: 'restore it from a copy of the store; without it the blocks that it encrypts cannot be read',
    });
  }

  #tryUnwrap(wrapped: Uint8Array, name: string): Buffer | undefined {
    const ringKey = this.#ring.find(wrappingKeyId(wrapped) ?? '');
    return ringKey === undefined ? undefined : unwrapKey(wrapped, name, ringKey);
  }

  #remember(segment: Segment, key: BlockKeyMaterial): BlockKeyMaterial {
    const keys = this.#opened.get(segment);
    if (keys === undefined) this.#opened.set(segment, new Map([[key.id, key]]));
    else keys.set(key.id, key);
    return key;
  }

  #namesOf(segment: Segment): Promise<readonly string[]> {
    return this.#data.properties(prefixOf(segment));
  }
}

/** The same for whoever holds no key of the ring. */
export async function shredSegmentKeys(data: DataLayer, segment: Segment): Promise<void> {
  for (const name of await data.properties(prefixOf(segment))) await data.writeProperty(name, undefined);
}

/** What reading encrypted blocks of a store throws where no key ring was given. */
export function keyRingMissing(segment: Segment): BytecopyError {
  return new BytecopyError('STORE_KEY_MISSING', `segment ${segment} is encrypted, and no key file was given`, {
    hint: 'name the key file that the store was written with: --key-file, BYTECOPY_KEY_FILE or secrets.keyFile in the config',
    exitCode: 2,
  });
}

function keyMissing(name: string, ringKeyId: string): BytecopyError {
  return new BytecopyError('STORE_KEY_MISSING', `the key kept as ${name} needs key ${ringKeyId}`, {
    hint: `add key ${ringKeyId} to the key file: older keys stay in it as long as something is encrypted with them`,
    exitCode: 2,
  });
}

function prefixOf(segment: Segment): string {
  return `${PREFIX}${segment}/`;
}

function nameOf(segment: Segment, keyId: string): string {
  return `${prefixOf(segment)}${keyId}`;
}
