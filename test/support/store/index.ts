/** Stores to test with: a folder that is gone afterwards, and exchanges that differ in their ids. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type Exchange,
  type ExchangeStore,
  formatExchangeId,
  formatSegment,
  type Selection,
} from '../../../core/index.ts';
import { type OpenedStore, openStore, type StoreDeps, type StoreOptions } from '../../../store/index.ts';
import { NOON_MICROS } from '../exchanges/index.ts';

export { numbered, numberedUpTo } from './numbered.ts';

export const SECOND = 1_000_000;
export const HOUR = 3600 * SECOND;
/** The segment that {@link NOON_MICROS} is in, for segments of an hour, and the one behind it. */
export const SEGMENT = formatSegment(Math.floor(NOON_MICROS / HOUR) * HOUR);
export const LATER_SEGMENT = formatSegment(Math.floor(NOON_MICROS / HOUR) * HOUR + HOUR);

/** A folder that is removed when the test has finished. */
export async function emptyFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'bytecopy-store-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A store that is closed when the test has finished. */
export async function opened(
  path: string,
  options: Partial<StoreOptions> = {},
  deps: StoreDeps = {},
): Promise<OpenedStore> {
  const found = await openStore({ path, ...options }, deps);
  onTestFinished(() => found.store.close());
  return found;
}

export function ids(exchanges: readonly Exchange[]): string[] {
  return exchanges.map((each) => formatExchangeId(each.id));
}

export async function foundBy(store: ExchangeStore, selection: Selection = {}): Promise<Exchange[]> {
  return (await allPages(store.find(selection))).flat();
}

export async function allPages<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(page);
  return all;
}
