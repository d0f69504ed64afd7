/**
 * The catalog, `catalog.json`: what the owner must know to open the store again. Always replaced as a whole by a rename,
 * so that neither a crash nor a full disk leaves half of one.
 *
 *   clean      the last owner closed the store
 *   sequence   last block known to be on disk, synced, in the index too or in the log of what it misses
 *   dirty      segments that were written since
 *   segments   name → exchanges, firstAt, lastAt, as of that block
 */
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { BytecopyError, formatSegment, type Micros, type Segment } from '../../core/index.ts';
import { toStoreError } from '../level/level-folder.ts';

export interface SegmentCount {
  /** Exchanges written; one that was written twice counts twice. */
  readonly exchanges: number;
  readonly firstAt: Micros;
  readonly lastAt: Micros;
}

interface CatalogFile {
  readonly clean: boolean;
  readonly sequence: number;
  readonly dirty: readonly Segment[];
  readonly segments: Readonly<Record<string, SegmentCount>>;
}

const EMPTY: CatalogFile = { clean: true, sequence: 0, dirty: [], segments: {} };

export class Catalog {
  readonly counts: Map<Segment, SegmentCount>;
  /** As it was found: what the last owner left. */
  readonly found: CatalogFile;
  readonly #path: string;
  #sequence: number;
  #dirty: Set<Segment>;
  /** Segments of a checkpoint under way: dirty until it is written. */
  #settling = new Set<Segment>();
  #writing: Promise<void> = Promise.resolve();
  #changed = false;

  private constructor(path: string, found: CatalogFile) {
    this.#path = path;
    this.found = found;
    this.counts = new Map(Object.entries(found.segments));
    this.#sequence = found.sequence;
    this.#dirty = new Set(found.dirty);
  }

  /** @param firstSequence number in front of the first block, for a catalog that is not there yet */
  static async open(storePath: string, firstSequence = 0): Promise<Catalog> {
    const path = join(storePath, 'catalog.json');
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        return new Catalog(path, { ...EMPTY, sequence: firstSequence });
      throw toStoreError(error, path);
    }
    try {
      return new Catalog(path, { ...EMPTY, ...named(JSON.parse(text) as Partial<CatalogFile>) });
    } catch (error) {
      throw corruptCatalog(path, error);
    }
  }

  /** To be awaited before segments are written: whoever opens the store after a crash looks there. */
  async markDirty(segments: readonly Segment[]): Promise<void> {
    const added = segments.filter((segment) => !this.#dirty.has(segment));
    for (const segment of added) this.#dirty.add(segment);
    try {
      await (added.length === 0 ? this.#writing : this.#write(false));
    } catch (error) {
      for (const segment of added) this.#dirty.delete(segment);
      throw error;
    }
  }

  add(segment: Segment, count: SegmentCount): void {
    const known = this.counts.get(segment);
    this.counts.set(segment, known === undefined ? count : addCounts(known, count));
  }

  /** Blocks up to this number are on disk, synced. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Segments written since the last checkpoint. */
  get dirty(): ReadonlySet<Segment> {
    return new Set([...this.#dirty, ...this.#settling]);
  }

  /** These segments are in the store no more. */
  async forget(segments: readonly Segment[]): Promise<void> {
    const known = segments.filter((segment) => this.counts.delete(segment));
    if (known.length > 0) await this.#write(false);
  }

  /** A checkpoint begins: what is marked from now on belongs to the next one. */
  beginCheckpoint(): void {
    for (const segment of this.#dirty) this.#settling.add(segment);
    this.#dirty = new Set();
  }

  /** Every block up to `sequence` is on disk, in the index too or in the log of what it misses. */
  async endCheckpoint(sequence: number): Promise<void> {
    const [settling, previous] = [this.#settling, this.#sequence];
    this.#settling = new Set();
    this.#sequence = sequence;
    try {
      await this.#write(false);
    } catch (error) {
      for (const segment of settling) this.#settling.add(segment);
      this.#sequence = previous;
      throw error;
    }
  }

  /** Says that the store was left in order, where it was; an owner that wrote nothing leaves the file alone. */
  async close(): Promise<void> {
    if (this.#changed && this.#dirty.size === 0 && this.#settling.size === 0) await this.#write(true);
  }

  #write(clean: boolean): Promise<void> {
    this.#changed = true;
    const write = async (): Promise<void> => {
      const file: CatalogFile = {
        clean,
        sequence: this.#sequence,
        dirty: [...new Set([...this.#dirty, ...this.#settling])],
        segments: Object.fromEntries(this.counts),
      };
      await replaceFile(this.#path, `${JSON.stringify(file)}\n`);
    };
    const written = this.#writing.catch(() => {}).then(write);
    this.#writing = written;
    written.catch(() => {});
    return written;
  }
}

/** Stores of version 1 said the start of a segment, µs since the epoch, for its name. */
function named(file: Partial<CatalogFile>): Partial<CatalogFile> {
  const toName = (segment: string | number): Segment =>
    /^\d+$/.test(String(segment)) ? formatSegment(Number(segment)) : String(segment);
  const segments = Object.entries(file.segments ?? {}).map(([segment, count]) => [toName(segment), count] as const);
  return { ...file, dirty: (file.dirty ?? []).map(toName), segments: Object.fromEntries(segments) };
}

export function addCounts(one: SegmentCount, other: SegmentCount): SegmentCount {
  return {
    exchanges: one.exchanges + other.exchanges,
    firstAt: Math.min(one.firstAt, other.firstAt),
    lastAt: Math.max(one.lastAt, other.lastAt),
  };
}

/** Writes beside it, forces it to the disk and renames. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  try {
    const file = await open(beside, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    throw toStoreError(error, path);
  }
}

function corruptCatalog(path: string, cause: unknown): BytecopyError {
  return new BytecopyError('STORE_CORRUPT_CATALOG', `${path} is damaged: ${String(cause)}`, {
    cause,
    hint: 'remove this file: counts start again at 0 and blocks not yet indexed are found by time only',
  });
}
