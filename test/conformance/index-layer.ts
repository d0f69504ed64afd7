/** What every adapter of the port `IndexLayer` owes. */
import { describe, expect, test } from 'vitest';
import {
  formatSegment,
  type IndexEntry,
  type IndexLayer,
  type IndexSearch,
  parseQuery,
  type Query,
} from '../../core/index.ts';
import { NOON_MICROS } from '../support/exchanges/index.ts';
import { allPages, HOUR, LATER_SEGMENT, SEGMENT } from '../support/store/index.ts';
import { between, blockKey, equalTo, existing, indexEntry, likeThis, timeOf } from '../support/store/index-entries.ts';
import { indexLayerKeeps } from './index-layer-contents.ts';
import { indexLayerFields } from './index-layer-fields.ts';
import { hitsOf, numberOf, putVisibly, untilVisible } from './index-layer-probe.ts';
import { indexLayerQueries } from './index-layer-queries.ts';

/** Of every test. */
export const INDEX_LAYER_TIMEOUT_MS = 120_000;

/** @param open an empty layer of its own for each test, closed by whoever opens it */
export function indexLayerConformance(name: string, open: () => Promise<IndexLayer>): void {
  describe(`index layer: ${name}`, { timeout: INDEX_LAYER_TIMEOUT_MS }, () => {
    indexLayerSearch(open);
    indexLayerFields(open);
    indexLayerQueries(open);
    indexLayerKeeps(open);
  });
}

const GROUP_SEGMENT = formatSegment(Math.floor(NOON_MICROS / HOUR) * HOUR, 'bulk');

function indexLayerSearch(open: () => Promise<IndexLayer>): void {
  const filled = async (): Promise<IndexLayer> => {
    const layer = await open();
    await putVisibly(layer, [
      indexEntry(1, [{ status: 200 }, { status: 500, traceId: 't-1' }, { status: 503 }]),
      indexEntry(2, [
        { service: 'orders' },
        { service: 'orders', operation: 'POST /orders', verb: 'POST', status: 503 },
      ]),
      indexEntry(3, [{ status: 404, traceId: '4bf92f3577b34da6a3ce929d0e0e4736' }]),
    ]);
    return layer;
  };
  const hits = (layer: IndexLayer, query: string, more: Partial<IndexSearch> = {}): Promise<string[] | undefined> =>
    hitsOf(layer, parseQuery(query), more);

  test('a value names its blocks in the order of their keys, both ways', async () => {
    const layer = await filled();
    expect(await hits(layer, 'status:503')).toEqual(['1: 2', '2: 1']);
    expect(await hits(layer, 'status:503', { order: 'descending' })).toEqual(['2: 1', '1: 2']);
    expect(await hits(layer, 'verb:GET')).toEqual(['1: 0 1 2', '2: 0', '3: 0']);
    expect(await hits(layer, 'service:nobody')).toEqual([]);
  });

  test('trace ids are found in any form', async () => {
    const layer = await open();
    const traceIds = ['t-1', '4bf92f3577b34da6a3ce929d0e0e4736', '463ac35c9f6413ad', '463AC35C9F6413AD', '1-5759e988'];
    await putVisibly(layer, [
      indexEntry(
        1,
        traceIds.map((traceId) => ({ traceId })),
      ),
    ]);
    for (const [position, traceId] of traceIds.entries()) {
      expect(await hitsOf(layer, equalTo('trace', traceId))).toEqual([`1: ${position}`]);
    }
    expect(await hitsOf(layer, equalTo('trace', '463ac35c9f6413ae'))).toEqual([]);
  });

  test('and intersects, or unites, a range takes the statuses in it', async () => {
    const layer = await filled();
    expect(await hits(layer, 'service:orders AND status:503')).toEqual(['2: 1']);
    expect(await hits(layer, 'status:404 OR status:500')).toEqual(['1: 1', '3: 0']);
    expect(await hits(layer, 'status:>=500')).toEqual(['1: 1 2', '2: 1']);
    expect(await hits(layer, 'status:>=500', { order: 'descending' })).toEqual(['2: 1', '1: 1 2']);
    expect(await hits(layer, '(status:404 OR verb:POST) AND outcome:paired')).toEqual(['2: 1', '3: 0']);
    expect(await hits(layer, 'status:>=600')).toEqual([]);
  });

  test('a range of blocks takes its first and not its last', async () => {
    const layer = await filled();
    const range = { from: blockKey(2, 2), to: blockKey(3) };
    expect(await hits(layer, 'outcome:paired', range)).toEqual(['2: 0 1']);
    expect(await hits(layer, 'outcome:paired AND protocol:http1', { ...range, order: 'descending' })).toEqual([
      '2: 0 1',
    ]);
    expect(await hits(layer, 'status:>=200', { from: blockKey(2, 2) })).toEqual(['2: 0 1', '3: 0']);
    expect(await hits(layer, 'status:>=200', { to: blockKey(2, 2), order: 'descending' })).toEqual(['1: 0 1 2']);
  });

  test('the head of a key bounds as a key does', async () => {
    const layer = await filled();
    const slice = blockKey(1).subarray(0, 4);
    expect(await hits(layer, 'status:503', { from: slice })).toEqual(['1: 2', '2: 1']);
    expect(await hits(layer, 'status:503', { to: slice })).toEqual([]);
  });

  test('what it cannot narrow down is left to who reads, never missed', async () => {
    const layer = await filled();
    expect((await hits(layer, 'status:500 OR path:/x*')) ?? ['1', '2', '3']).toHaveLength(3);
    expect(await hits(layer, 'status:500 AND path:/x*')).toEqual(['1: 1']);
    expect((await hits(layer, 'NOT status:200')) ?? ['1: 1 2', '2: 1', '3: 0']).toEqual(['1: 1 2', '2: 1', '3: 0']);
    expect((await hits(layer, '')) ?? ['1', '2', '3']).toHaveLength(3);
  });

  test('a segment that it does not have is left to who reads', async () => {
    const layer = await filled();
    const search = { segment: LATER_SEGMENT, where: parseQuery('status:500') };
    expect(await layer.search(search)).toBeUndefined();
    expect(await layer.count(search)).toBeUndefined();
    expect(await layer.histogram(search, 1_000_000)).toBeUndefined();
    expect(await allPages(layer.contents(LATER_SEGMENT))).toEqual([]);
    await layer.remove(LATER_SEGMENT, [blockKey(1)]);
    await layer.drop(LATER_SEGMENT);
    expect(await layer.segments()).toEqual([SEGMENT]);
  });

  test('all 64 positions of a block have a place', async () => {
    const layer = await open();
    const documents = Array.from({ length: 64 }, (_, n) => ({
      status: n % 2 === 0 ? 200 : 500,
      session: `s-${n % 4}`,
    }));
    await putVisibly(layer, [indexEntry(7, documents)]);
    const odd = Array.from({ length: 32 }, (_, n) => 2 * n + 1);
    expect(await hits(layer, 'status:500')).toEqual([`7: ${odd.join(' ')}`]);
    expect(await layer.count({ segment: SEGMENT, where: parseQuery('status:500') })).toBe(32);
    const both = odd.filter((n) => n % 4 === 3);
    expect(await hits(layer, 'status:500 AND session:s-3')).toEqual([`7: ${both.join(' ')}`]);
  });

  test('more blocks than a page intersect without a loss', async () => {
    const layer = await open();
    await putVisibly(layer, manyBlocks(1500));
    for (const order of ['ascending', 'descending'] as const) {
      expect(await hits(layer, 'status:500 AND service:rare', { order })).toHaveLength(10);
      expect(await hits(layer, 'status:500 OR service:rare', { order })).toHaveLength(520);
      expect(await hits(layer, 'session:s-7 AND status:>=500', { order })).toHaveLength(5);
    }
  });

  test('pages stay right while blocks are added before and behind', async () => {
    const layer = await open();
    const entries = manyBlocks(1200).map((entry, n) => ({ entry, n }));
    await putVisibly(
      layer,
      entries.filter(({ n }) => n % 2 === 0).map(({ entry }) => entry),
    );
    const added = entries.filter(({ n }) => n % 2 === 1);
    for (const order of ['ascending', 'descending'] as const) {
      const pages = await layer.search({ segment: SEGMENT, where: parseQuery('protocol:http1'), order });
      const seen: number[] = [];
      for await (const page of pages ?? []) {
        expect(page.length).toBeGreaterThan(0);
        seen.push(...page.map(({ block }) => numberOf(block)));
        await layer.put(
          added.splice(0, 40).map(({ entry }) => entry),
          'buffered',
        );
      }
      const inOrder = seen.toSorted((one, other) => (order === 'ascending' ? one - other : other - one));
      expect(seen).toEqual([...new Set(inOrder)]);
      const missed = entries.filter(({ n }) => n % 2 === 0 && !seen.includes(n));
      expect(missed).toEqual([]);
    }
  });

  test('a search that is left early leaves nothing behind', async () => {
    const layer = await open();
    await putVisibly(layer, manyBlocks(600));
    for (let round = 0; round < 3; round++) {
      for await (const page of (await layer.search({ segment: SEGMENT, where: parseQuery('status:>=200') })) ?? []) {
        expect(page.length).toBeGreaterThan(0);
        break;
      }
    }
    await layer.drop(SEGMENT);
    expect(await layer.segments()).toEqual([]);
  });

  test('counts and a histogram tell no less than there is', async () => {
    const layer = await open();
    await putVisibly(layer, manyBlocks(120));
    const second = 1_000_000;
    const ask: readonly Query[] = [equalTo('status', '500'), between('status', 500, 599), equalTo('service', 'rare')];
    for (const where of ask) {
      const search = { segment: SEGMENT, where };
      const named = (await hitsOf(layer, where))?.length;
      expect(await layer.count(search)).toBe(named);
      const histogram = (await layer.histogram(search, second)) ?? [];
      expect(histogram.reduce((sum, { exchanges }) => sum + exchanges, 0)).toBe(named);
      expect(histogram.every(({ from, exchanges }) => from % second === 0 && exchanges > 0)).toBe(true);
      const times = histogram.map(({ from }) => from);
      expect(times).toEqual([...new Set(times)].sort((one, other) => one - other));
    }
    // A block a tenth of a second, every third an error: of the 20 in 2 s, those that 3 divides.
    const errors = await layer.histogram({ segment: SEGMENT, where: equalTo('status', '500') }, 2 * second);
    expect(errors?.slice(0, 2)).toEqual([
      { from: NOON_MICROS, exchanges: 7 },
      { from: NOON_MICROS + 2 * second, exchanges: 7 },
    ]);
    const within = { segment: SEGMENT, where: equalTo('status', '500'), from: blockKey(30), to: blockKey(60) };
    expect(await layer.count(within)).toBe(10);
  });

  test('a time narrows to the blocks around it', async () => {
    const layer = await open();
    await putVisibly(layer, manyBlocks(600));
    const time = between('time', timeOf(300, 0), timeOf(310, 0));
    const wanted = Array.from({ length: 11 }, (_, n) => 300 + n);
    for (const where of [time, { kind: 'and', terms: [equalTo('verb', 'GET'), time] } as const]) {
      const named = (await hitsOf(layer, where))?.map((hit) => Number(hit.split(':')[0]));
      if (named === undefined) continue;
      expect(wanted.filter((n) => !named.includes(n))).toEqual([]);
      expect(named.length).toBeLessThan(300);
    }
  });

  test('segments of one time lie side by side', async () => {
    const layer = await open();
    await putVisibly(layer, [
      indexEntry(1, [{}]),
      indexEntry(2, [{}], GROUP_SEGMENT),
      indexEntry(1, [{}], LATER_SEGMENT),
    ]);
    expect((await layer.segments()).toSorted()).toEqual([SEGMENT, GROUP_SEGMENT, LATER_SEGMENT].sort());
    expect(await hits(layer, 'verb:GET')).toEqual(['1: 0']);
    expect(await hits(layer, 'verb:GET', { segment: GROUP_SEGMENT })).toEqual(['2: 0']);
    await layer.drop(GROUP_SEGMENT);
    expect(await layer.segments()).toEqual([SEGMENT, LATER_SEGMENT]);
    expect(await hits(layer, 'verb:GET')).toEqual(['1: 0']);
  });

  test('a dropped segment is gone, and may be filled again', async () => {
    const layer = await filled();
    await layer.sync();
    expect(await layer.segments()).toEqual([SEGMENT]);
    expect(await layer.size(SEGMENT)).toBeGreaterThan(0);
    await layer.drop(SEGMENT);
    expect(await layer.segments()).toEqual([]);
    expect(await layer.search({ segment: SEGMENT, where: parseQuery('verb:GET') })).toBeUndefined();
    await putVisibly(layer, [indexEntry(9, [{ session: 's-1' }])]);
    await untilVisible(layer, async () => expect(await hits(layer, 'verb:GET')).toEqual(['9: 0']));
    expect(await hits(layer, 'session:s-1')).toEqual(['9: 0']);
  });

  test('a value, the head of one and its being there name the same block', async () => {
    const layer = await filled();
    expect(await hitsOf(layer, likeThis('service', 'ord*'))).toEqual(['2: 0 1']);
    expect(await hitsOf(layer, existing('trace'))).toEqual(['1: 1', '3: 0']);
  });
}

/** Blocks of one exchange: every third failed, every fiftieth of a rare service, a hundred sessions. */
function manyBlocks(count: number): IndexEntry[] {
  return Array.from({ length: count }, (_, n) =>
    indexEntry(n, [
      {
        status: n % 3 === 0 ? 500 : 200,
        service: n % 50 === 0 ? 'rare' : 'usual',
        session: `s-${n % 100}`,
      },
    ]),
  );
}
