/** A store's exchanges without the second views of calls that were captured at both ends. */
import {
  compareExchangeIds,
  type Exchange,
  type ExchangeStore,
  MAX_VIEW_SKEW_MICROS,
  type Micros,
  type ScanReport,
  SeenViews,
  type Selection,
} from '../../core/index.ts';

export interface Distinct {
  /** Exchanges in the order asked, in pages that are never empty. */
  readonly pages: AsyncIterable<readonly Exchange[]>;
  /** What was read for them so far. */
  readonly read: () => ScanReport | undefined;
}

/**
 * The first view in the order asked stands for both. Where the second ones leave less than the limit, the search goes
 * on behind the last.
 */
export function findDistinct(store: FoundIn, selection: Selection): Distinct {
  let read: ScanReport | undefined;
  const onScanned = (report: ScanReport): void => {
    read = read === undefined ? report : joined(read, report);
  };
  return { pages: pages(store, selection, onScanned), read: () => read };
}

/**
 * A recording that is read in parts of the time as well: what the part before may have shown is not shown again, so
 * that any parts hold together what the whole does.
 *
 * @param whole what all of it is asked by; the parts differ in their times alone
 */
export function distinctRecording(store: FoundIn, whole: Selection): FoundIn {
  return { find: (part, onScanned = () => {}) => pages(store, part, onScanned, whole.since ?? 0) };
}

type FoundIn = Pick<ExchangeStore, 'find'>;

async function* pages(
  store: FoundIn,
  selection: Selection,
  onScanned: (report: ScanReport) => void,
  wholeSince = selection.since ?? 0,
): AsyncGenerator<readonly Exchange[]> {
  const seen = new SeenViews();
  await remember(seen, store, selection);
  await rememberBefore(seen, store, selection, wholeSince);
  let left = selection.limit ?? Number.POSITIVE_INFINITY;
  let { after } = selection;
  while (left > 0) {
    const asked = { ...selection, ...(after === undefined ? {} : { after }) };
    let told = 0;
    const limit = left;
    for await (const page of store.find(limit === Number.POSITIVE_INFINITY ? asked : { ...asked, limit }, onScanned)) {
      told += page.length;
      after = page.at(-1)?.id;
      const once = page.filter(({ id }) => !seen.isRepeated(id));
      left -= once.length;
      if (once.length > 0) yield once;
    }
    if (told < limit) return;
  }
}

/** A cursor may lie between the two views of an exchange: what the page before it can have shown is not shown again. */
async function remember(seen: SeenViews, store: FoundIn, { limit: _, after, ...asked }: Selection): Promise<void> {
  if (after === undefined) return;
  const descending = asked.order === 'newest-first';
  const [from, to] = descending
    ? [after.at, after.at + MAX_VIEW_SKEW_MICROS + 1]
    : [Math.max(0, after.at - MAX_VIEW_SKEW_MICROS), after.at + 1];
  const near = { ...asked, since: Math.max(from, asked.since ?? 0), until: Math.min(to, asked.until ?? to) };
  if (near.since >= near.until) return;
  for await (const page of store.find(near)) {
    for (const { id } of page) {
      const order = compareExchangeIds(id, after);
      if (descending ? order >= 0 : order <= 0) seen.isRepeated(id);
    }
  }
}

/** The same for a part that begins later than the whole, and is read oldest first. */
async function rememberBefore(
  seen: SeenViews,
  store: FoundIn,
  { limit: _, after, since = 0, ...asked }: Selection,
  wholeSince: Micros,
): Promise<void> {
  if (after !== undefined || since <= wholeSince || asked.order === 'newest-first') return;
  const near = { ...asked, since: Math.max(wholeSince, since - MAX_VIEW_SKEW_MICROS), until: since };
  for await (const page of store.find(near)) for (const { id } of page) seen.isRepeated(id);
}

function joined(one: ScanReport, other: ScanReport): ScanReport {
  return {
    index: one.index === other.index ? one.index : 'partly',
    segments: Math.max(one.segments, other.segments),
    blocks: one.blocks + other.blocks,
    exchanges: one.exchanges + other.exchanges,
    found: one.found + other.found,
  };
}
