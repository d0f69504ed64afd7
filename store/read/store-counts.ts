/** How much a store holds: as its writer counted, or as its layers say. */
import type { DataLayer, Micros, Segment } from '../../core/index.ts';
import { type BlockKey, decodeBlockKey } from '../block/block-key.ts';
import type { SegmentCount } from '../owner/catalog.ts';

export interface StoreCounts {
  readonly exchanges: number;
  readonly oldestAt: Micros | undefined;
  readonly newestAt: Micros | undefined;
}

/** What the only writer of a store counted. */
export function countsOfCatalog(counted: ReadonlyMap<Segment, SegmentCount>): StoreCounts {
  let exchanges = 0;
  let oldestAt: Micros | undefined;
  let newestAt: Micros | undefined;
  for (const count of counted.values()) {
    exchanges += count.exchanges;
    oldestAt = Math.min(oldestAt ?? count.firstAt, count.firstAt);
    newestAt = Math.max(newestAt ?? count.lastAt, count.lastAt);
  }
  return { exchanges, oldestAt, newestAt };
}

/** What several writers left in the data layer, by the blocks' keys: an index may miss some of any writer. */
export async function countsOfLayers(data: DataLayer): Promise<StoreCounts> {
  const segments = await data.segments();
  let exchanges = 0;
  for (const segment of segments) exchanges += await countKeys(data, segment);
  const [oldest] = segments;
  const newest = segments.at(-1);
  return {
    exchanges,
    oldestAt: oldest === undefined ? undefined : await outermost(data, oldest, 'ascending'),
    newestAt: newest === undefined ? undefined : await outermost(data, newest, 'descending'),
  };
}

async function countKeys(data: DataLayer, segment: Segment): Promise<number> {
  let exchanges = 0;
  for await (const page of data.keys({ segment })) {
    for (const bytes of page) exchanges += decodeBlockKey(bytes)?.count ?? 0;
  }
  return exchanges;
}

/** First or last time in a segment: blocks of one slice lie by service, so the whole slice is asked. */
async function outermost(
  data: DataLayer,
  segment: Segment,
  order: 'ascending' | 'descending',
): Promise<Micros | undefined> {
  const timeOf = (key: BlockKey): Micros => (order === 'ascending' ? key.firstAt : key.lastAt);
  const pick = order === 'ascending' ? Math.min : Math.max;
  let found: { readonly slice: number; at: Micros } | undefined;
  for await (const page of data.keys({ segment, order })) {
    for (const bytes of page) {
      const key = decodeBlockKey(bytes);
      if (key === undefined) continue;
      if (found === undefined) found = { slice: key.slice, at: timeOf(key) };
      else if (key.slice !== found.slice) return found.at;
      else found.at = pick(found.at, timeOf(key));
    }
  }
  return found?.at;
}
