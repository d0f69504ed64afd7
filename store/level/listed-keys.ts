/** The keys of one stretch of a folder by its lists (`key-list.ts`), where it has them. */
import type { KeyRange } from '../../core/index.ts';
import { isCorruption, MAX_PAGE_BYTES, toBuffer } from './folder-walk.ts';
import { compareKeys, listBounds, MARK_KEY, readKeyList, STRETCH_BYTES, stretchOf } from './key-list.ts';
import type { LevelFolder } from './level-folder.ts';

/** Lists read at once: of some 64 keys each. */
const MAX_PAGE_LISTS = 256;

/** How a folder keeps its keys, found out once. */
export interface FolderLists {
  /** Every key is in a list. */
  readonly complete: boolean;
  /** Puts leave lists. */
  readonly kept: boolean;
  /** The mark is in the folder: the first batch brings it. */
  marked: boolean;
}

const known = new WeakMap<LevelFolder, Promise<FolderLists>>();

export function listsOf(folder: LevelFolder): Promise<FolderLists> {
  const found = known.get(folder);
  if (found !== undefined) return found;
  const lists = findLists(folder);
  known.set(folder, lists);
  lists.catch(() => known.delete(folder));
  return lists;
}

async function findLists(folder: LevelFolder): Promise<FolderLists> {
  try {
    if ((await folder.get(MARK_KEY)) !== undefined) return { complete: true, kept: true, marked: true };
  } catch (error) {
    if (!isCorruption(error)) throw error;
    return { complete: false, kept: true, marked: true };
  }
  const isNew = await isEmpty(folder);
  return { complete: isNew, kept: isNew, marked: false };
}

/**
 * @returns all keys of the range in its order, once each; undefined where the folder must be walked: it has no lists,
 *   one of them is damaged, or the range is no part of one stretch
 */
export async function listedKeys(folder: LevelFolder, range: KeyRange): Promise<Buffer[] | undefined> {
  const stretch = onlyStretch(range);
  if (stretch === undefined || !(await listsOf(folder)).complete) return undefined;
  const keys = await readLists(folder, stretch);
  if (keys === undefined) return undefined;
  keys.sort(compareKeys);
  const from = range.from === undefined ? undefined : toBuffer(range.from);
  const to = range.to === undefined ? undefined : toBuffer(range.to);
  const wanted = keys.filter((key, position) => {
    const isAgain = position > 0 && compareKeys(key, keys[position - 1] as Buffer) === 0;
    return !isAgain && isWithin(key, from, to);
  });
  return range.order === 'descending' ? wanted.reverse() : wanted;
}

async function readLists(folder: LevelFolder, stretch: number): Promise<Buffer[] | undefined> {
  const { from, to } = listBounds(stretch);
  const lists = folder.iterator({ gte: from, lt: to, fillCache: false, highWaterMarkBytes: MAX_PAGE_BYTES });
  const keys: Buffer[] = [];
  try {
    for (;;) {
      const page = await lists.nextv(MAX_PAGE_LISTS);
      if (page.length === 0) return keys;
      for (const [key, value] of page) {
        const listed = readKeyList({ key, value });
        if (listed === undefined) return undefined;
        for (const each of listed) keys.push(each);
      }
    }
  } catch (error) {
    if (isCorruption(error)) return undefined;
    throw error;
  } finally {
    await lists.close();
  }
}

/** The stretch that a range lies in, where it is one. */
function onlyStretch({ from, to }: KeyRange): number | undefined {
  const stretch = from === undefined ? undefined : stretchOf(from);
  const end = to === undefined ? undefined : stretchOf(to);
  if (stretch === undefined || end === undefined) return undefined;
  const isOne = end === stretch || (end === stretch + 1 && to?.length === STRETCH_BYTES);
  return isOne ? stretch : undefined;
}

function isWithin(key: Buffer, from: Buffer | undefined, to: Buffer | undefined): boolean {
  return (from === undefined || compareKeys(key, from) >= 0) && (to === undefined || compareKeys(key, to) < 0);
}

async function isEmpty(folder: LevelFolder): Promise<boolean> {
  const keys = folder.keys();
  try {
    return (await keys.nextv(1)).length === 0;
  } finally {
    await keys.close();
  }
}
