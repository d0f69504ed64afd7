/**
 * The time segments of one layer: a LevelDB folder each, few of them open at once.
 *
 *   <path>/20261121T100000Z/   segment that starts at 10:00 UTC
 *
 * A folder is opened on first use and stays open until more than `maxOpen` are, or too many that were written; then the
 * one longest unused is closed. One in use is never closed, so more may be open while more are read at once. Dropping a
 * segment removes the folder at once: whoever reads it finds no more in it. After a failed write the folder is closed and opened again before its next use, because
 * LevelDB goes on behind a half-written log record otherwise.
 *
 *   <path>/open-20261121T100000Z   while the folder is open: what stays behind was open when a process ended by force
 *
 * Damage in a table can end the process that reads it. So a folder that was open at such an end is looked at before
 * LevelDB opens it again, and left out where that would happen.
 */
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ByteCount, BytecopyError, parseSegment, type Segment } from '../../core/index.ts';
import { type LevelFolder, type LevelFolderOptions, openLevelFolder, toStoreError } from './level-folder.ts';
import { findFatalTable } from './table-keys.ts';

/** Segments open at once in a layer: two days of hours, so that a look-up without times opens none again. */
const MAX_OPEN_SEGMENTS = 48;
/** Of them those that were written since they were opened: each keeps what waits for a table in memory. */
const MAX_WRITTEN_SEGMENTS = 16;

/**
 * Space left to LevelDB for what it writes by itself (tables of both layers' write buffers, a compaction): a disk that is
 * filled to the last byte makes a folder unreadable until there is room, because opening it writes.
 */
const RESERVED_DISK_BYTES: ByteCount = 64 * 1024 * 1024;

const OPEN_MARK = 'open-';

export interface SegmentFoldersOptions extends LevelFolderOptions {
  readonly path: string;
  readonly maxOpen?: number;
}

interface OpenSegment {
  readonly folder: Promise<LevelFolder>;
  users: number;
  failed: boolean;
  written: boolean;
  /** Its folder was removed while it was in use. */
  dropped: boolean;
}

export class SegmentFolders {
  readonly #options: SegmentFoldersOptions;
  readonly #maxOpen: number;
  /** In the order of last use, oldest first. */
  readonly #open = new Map<Segment, OpenSegment>();
  /** Closings under way: a folder cannot be opened again before they end. */
  readonly #closing = new Map<Segment, Promise<void>>();
  readonly #unsynced = new Set<Segment>();
  /** Folders that were open when the process before ended by force, until they were looked at. */
  #suspects: Promise<Set<string>> | undefined;

  constructor(options: SegmentFoldersOptions) {
    this.#options = options;
    this.#maxOpen = options.maxOpen ?? MAX_OPEN_SEGMENTS;
  }

  /** Runs work on a segment's folder, or answers undefined where there is no such segment. */
  async read<T>(segment: Segment, work: (folder: LevelFolder) => Promise<T>): Promise<T | undefined> {
    const held = await this.#acquire(segment, false);
    if (held === undefined) return undefined;
    try {
      return await work(await held.folder);
    } catch (error) {
      if (held.dropped) return undefined;
      throw toStoreError(error, this.pathOf(segment));
    } finally {
      this.#release(segment, held);
    }
  }

  /** Pages of a segment; the folder stays open until the iteration ends. Nothing where there is no such segment. */
  async *pages<T>(segment: Segment, work: (folder: LevelFolder) => AsyncIterable<T>): AsyncGenerator<T> {
    const held = await this.#acquire(segment, false);
    if (held === undefined) return;
    try {
      yield* work(await held.folder);
    } catch (error) {
      if (held.dropped) return;
      throw toStoreError(error, this.pathOf(segment));
    } finally {
      this.#release(segment, held);
    }
  }

  /**
   * Runs work that writes; the segment is made where there is none.
   *
   * @throws BytecopyError `STORE_FULL` before anything is written where less than {@link RESERVED_DISK_BYTES} are free
   */
  async write(segment: Segment, work: (folder: LevelFolder) => Promise<void>): Promise<void> {
    await assertRoom(dirname(this.#options.path));
    const held = await this.#acquire(segment, true);
    if (held === undefined) return;
    try {
      this.#unsynced.add(segment);
      held.written = true;
      await work(await held.folder);
    } catch (error) {
      if (held.dropped) return await this.write(segment, work);
      held.failed = true;
      throw toStoreError(error, this.pathOf(segment));
    } finally {
      this.#release(segment, held);
    }
  }

  /** Forces the write-ahead logs of everything written since the last call to the disk. */
  async sync(): Promise<void> {
    for (const segment of [...this.#unsynced]) {
      this.#unsynced.delete(segment);
      try {
        await syncFolder(this.pathOf(segment));
      } catch (error) {
        this.#unsynced.add(segment);
        throw toStoreError(error, this.pathOf(segment));
      }
    }
  }

  async list(): Promise<readonly Segment[]> {
    const names = await readdir(this.#options.path).catch(() => []);
    return names.filter((name) => parseSegment(name) !== undefined).sort();
  }

  async size(segment: Segment): Promise<ByteCount> {
    const path = this.pathOf(segment);
    let byteCount = 0;
    for (const name of await readdir(path).catch(() => [])) {
      // LevelDB removes tables while this runs: a file that is gone counts nothing.
      byteCount += (await stat(join(path, name)).catch(() => undefined))?.size ?? 0;
    }
    return byteCount;
  }

  /** Does not wait for readers, who may stand still for long; nobody opens the segment until it is removed. */
  async drop(segment: Segment): Promise<void> {
    const open = this.#open.get(segment);
    if (open !== undefined) {
      open.dropped = true;
      this.#close(segment, open);
    }
    this.#unsynced.delete(segment);
    const closed = this.#closing.get(segment) ?? Promise.resolve();
    const path = this.pathOf(segment);
    const removed = closed
      .then(() => rm(path, { recursive: true, force: true }))
      .then(() => rm(this.#markOf(segment), { force: true }));
    this.#keepClosing(
      segment,
      removed.catch(() => {}),
    );
    await removed;
  }

  async close(): Promise<void> {
    for (const [segment, open] of [...this.#open]) this.#close(segment, open);
    await Promise.all(this.#closing.values());
  }

  pathOf(segment: Segment): string {
    return join(this.#options.path, segment);
  }

  #markOf(segment: Segment): string {
    return join(this.#options.path, `${OPEN_MARK}${segment}`);
  }

  async #acquire(segment: Segment, create: boolean): Promise<OpenSegment | undefined> {
    for (;;) {
      const closing = this.#closing.get(segment);
      if (closing !== undefined) {
        await closing;
        continue;
      }
      const open = this.#open.get(segment) ?? this.#begin(segment, create);
      if (open === undefined) return undefined;
      open.users++;
      this.#open.delete(segment);
      this.#open.set(segment, open);
      this.#evict();
      try {
        await open.folder;
        return open;
      } catch (error) {
        open.failed = true;
        this.#release(segment, open);
        throw error;
      }
    }
  }

  #begin(segment: Segment, create: boolean): OpenSegment | undefined {
    const path = this.pathOf(segment);
    if (!create && !existsSync(path)) return undefined;
    const made = create ? mkdir(path, { recursive: true, mode: 0o700 }) : Promise.resolve();
    const folder = made.then(
      () => this.#openMarked(segment),
      (error) => Promise.reject(toStoreError(error, path)),
    );
    return { folder, users: 0, failed: false, written: false, dropped: false };
  }

  async #openMarked(segment: Segment): Promise<LevelFolder> {
    const path = this.pathOf(segment);
    this.#suspects ??= readdir(this.#options.path).then(
      (names) => new Set(names),
      () => new Set<string>(),
    );
    const suspects = await this.#suspects;
    if (suspects.has(`${OPEN_MARK}${segment}`)) {
      await assertReadable(path);
      suspects.delete(`${OPEN_MARK}${segment}`);
    }
    // A disk that is full can still be read.
    await writeFile(this.#markOf(segment), '', { mode: 0o600 }).catch(() => {});
    return await openLevelFolder(path, this.#options);
  }

  #release(segment: Segment, open: OpenSegment): void {
    open.users--;
    if (open.users > 0) return;
    if (open.failed) this.#close(segment, open);
    else this.#evict();
  }

  #evict(): void {
    let excess = this.#open.size - this.#maxOpen;
    let excessWritten = -MAX_WRITTEN_SEGMENTS;
    for (const { written } of this.#open.values()) if (written) excessWritten++;
    if (excess <= 0 && excessWritten <= 0) return;
    for (const [segment, open] of this.#open) {
      if (open.users > 0 || (excess <= 0 && !(open.written && excessWritten > 0))) continue;
      excess--;
      if (open.written) excessWritten--;
      this.#close(segment, open);
    }
  }

  #close(segment: Segment, open: OpenSegment): void {
    if (this.#open.get(segment) !== open) return;
    this.#open.delete(segment);
    const closed = async (folder: LevelFolder): Promise<void> => {
      await folder.close();
      await rm(this.#markOf(segment), { force: true });
    };
    const closing = open.folder.then(closed).catch(() => {});
    this.#keepClosing(segment, closing);
  }

  /** Until it has ended nobody opens the segment. */
  #keepClosing(segment: Segment, closing: Promise<void>): void {
    this.#closing.set(segment, closing);
    void closing.then(() => {
      if (this.#closing.get(segment) === closing) this.#closing.delete(segment);
    });
  }
}

/** @throws BytecopyError `STORE_CORRUPT_SEGMENT` where reading the folder would end the process */
export async function assertReadable(path: string): Promise<void> {
  const table = await findFatalTable(path);
  if (table === undefined) return;
  throw new BytecopyError(
    'STORE_CORRUPT_SEGMENT',
    `${join(path, table)} has a key that ends the process that reads it`,
    {
      hint: 'the other segments are served; remove this folder to be rid of the message',
    },
  );
}

/** What is written to each segment, in the order it came. */
export function groupBySegment<T extends { readonly segment: Segment }>(entries: readonly T[]): Map<Segment, T[]> {
  const groups = new Map<Segment, T[]>();
  for (const entry of entries) {
    const group = groups.get(entry.segment);
    if (group === undefined) groups.set(entry.segment, [entry]);
    else group.push(entry);
  }
  return groups;
}

async function assertRoom(path: string): Promise<void> {
  // A file system that does not tell is written until it refuses.
  const disk = await statfs(path).catch(() => undefined);
  if (disk === undefined || disk.bavail * disk.bsize >= RESERVED_DISK_BYTES) return;
  throw new BytecopyError(
    'STORE_FULL',
    `less than ${RESERVED_DISK_BYTES / 1024 / 1024} MiB are left on the disk of ${path}`,
    {
      hint: 'free space on that disk; writing resumes by itself, and nothing stored is damaged',
    },
  );
}

/** A segment that was dropped meanwhile has nothing to force. */
async function syncFolder(path: string): Promise<void> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names) {
    if (!name.endsWith('.log')) continue;
    // A log that became a table meanwhile is gone; LevelDB synced the table.
    const file = await open(join(path, name), 'r').catch(() => undefined);
    try {
      await file?.datasync();
    } finally {
      await file?.close();
    }
  }
}
