/** What every adapter of the port `IndexLayer` owes. */
import { describe, expect, test } from 'vitest';
import {
  type IndexDocument,
  type IndexEntry,
  type IndexLayer,
  type IndexSearch,
  parseQuery,
} from '../../core/index.ts';
import { NOON_MICROS } from '../support/exchanges/index.ts';
import { allPages, LATER_SEGMENT, SEGMENT } from '../support/store/index.ts';

const DOCUMENT: IndexDocument = {
  at: NOON_MICROS,
  latencyMicros: 1_200,
  tenant: '',
  environment: 'production',
  region: '',
  instance: '',
  labels: {},
  session: '',
  source: 'front',
  service: 'catalogue',
  operation: 'GET /items',
  verb: 'GET',
  status: 200,
  outcome: 'paired',
  protocol: 'http1',
  reason: '',
  traceId: '',
};

export function indexLayerConformance(name: string, open: () => Promise<IndexLayer>): void {
  const entry = (block: string, documents: readonly Partial<IndexDocument>[], segment = SEGMENT): IndexEntry => ({
    segment,
    block: Buffer.from(block),
    documents: documents.map((changes) => ({ ...DOCUMENT, ...changes })),
  });
  /** Hits as `block: positions`. */
  const hits = async (
    layer: IndexLayer,
    query: string,
    more: Partial<IndexSearch> = {},
  ): Promise<string[] | undefined> => {
    const pages = await layer.search({ segment: SEGMENT, where: parseQuery(query), ...more });
    if (pages === undefined) return undefined;
    return (await allPages(pages)).flat().map(({ block, low, high }) => {
      const bits = (BigInt(high) << 32n) | BigInt(low);
      const positions = Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (bits >> BigInt(bit)) & 1n);
      return `${Buffer.from(block).toString()}: ${positions.join(' ')}`;
    });
  };
  const filled = async (): Promise<IndexLayer> => {
    const layer = await open();
    await layer.put(
      [
        entry('1', [{ status: 200 }, { status: 500, traceId: 't-1' }, { status: 503 }]),
        entry('2', [
          { service: 'orders' },
          { service: 'orders', operation: 'POST /orders', verb: 'POST', status: 503 },
        ]),
        entry('3', [{ status: 404, traceId: '4bf92f3577b34da6a3ce929d0e0e4736' }]),
      ],
      'buffered',
    );
    return layer;
  };

  describe(`index layer: ${name}`, () => {
    test('a value names its blocks in the order of their keys, both ways', async () => {
      const layer = await filled();
      expect(await hits(layer, 'status:503')).toEqual(['1: 2', '2: 1']);
      expect(await hits(layer, 'status:503', { order: 'descending' })).toEqual(['2: 1', '1: 2']);
      expect(await hits(layer, 'verb:GET')).toEqual(['1: 0 1 2', '2: 0', '3: 0']);
      expect(await hits(layer, 'service:nobody')).toEqual([]);
    });

    test('trace ids are found in any form', async () => {
      const layer = await filled();
      expect(await hits(layer, 'trace:t-1')).toEqual(['1: 1']);
      expect(await hits(layer, 'trace:4bf92f3577b34da6a3ce929d0e0e4736')).toEqual(['3: 0']);
    });

    test('and intersects, or unites, a range takes the statuses in it', async () => {
      const layer = await filled();
      expect(await hits(layer, 'service:orders AND status:503')).toEqual(['2: 1']);
      expect(await hits(layer, 'status:404 OR status:500')).toEqual(['1: 1', '3: 0']);
      expect(await hits(layer, 'status:>=500')).toEqual(['1: 1 2', '2: 1']);
      expect(await hits(layer, 'status:>=500', { order: 'descending' })).toEqual(['2: 1', '1: 1 2']);
      expect(await hits(layer, '(status:404 OR verb:POST) AND outcome:paired')).toEqual(['2: 1', '3: 0']);
    });

    test('a range of blocks takes its first and not its last', async () => {
      const layer = await filled();
      const range = { from: Buffer.from('2'), to: Buffer.from('3') };
      expect(await hits(layer, 'outcome:paired', range)).toEqual(['2: 0 1']);
      expect(await hits(layer, 'outcome:paired AND protocol:http1', { ...range, order: 'descending' })).toEqual([
        '2: 0 1',
      ]);
    });

    test('never misses: what it cannot narrow down it says, what it can it narrows', async () => {
      const layer = await filled();
      expect(await hits(layer, 'NOT status:200')).toBeUndefined();
      expect(await hits(layer, '')).toBeUndefined();
      expect(await hits(layer, 'status:500 OR path:/x*')).toBeUndefined();
      expect(await hits(layer, 'status:500 AND path:/x*')).toEqual(['1: 1']);
      expect(await hits(layer, 'status:500', { segment: LATER_SEGMENT })).toBeUndefined();
    });

    test('all 64 positions of a block have a place', async () => {
      const layer = await open();
      const documents = Array.from({ length: 64 }, (_, n) => ({ status: n % 2 === 0 ? 200 : 500 }));
      await layer.put([entry('b', documents)], 'synced');
      const odd = Array.from({ length: 32 }, (_, n) => 2 * n + 1).join(' ');
      expect(await hits(layer, 'status:500')).toEqual([`b: ${odd}`]);
      expect(await layer.count({ segment: SEGMENT, where: parseQuery('status:500') })).toBe(32);
    });

    test('more blocks than a page intersect without a loss', async () => {
      const layer = await open();
      const blocks = Array.from({ length: 1500 }, (_, n) =>
        entry(String(n).padStart(6, '0'), [
          { status: n % 3 === 0 ? 500 : 200, service: n % 50 === 0 ? 'rare' : 'usual' },
        ]),
      );
      await layer.put(blocks, 'buffered');
      for (const order of ['ascending', 'descending'] as const) {
        expect(await hits(layer, 'status:500 AND service:rare', { order })).toHaveLength(10);
        expect(await hits(layer, 'status:500 OR service:rare', { order })).toHaveLength(520);
      }
    });

    test('put again changes nothing, what is removed is gone', async () => {
      const layer = await filled();
      const again = entry('3', [{ status: 404 }]);
      await layer.put([again], 'buffered');
      expect(await hits(layer, 'status:404')).toEqual(['3: 0']);
      await layer.remove(SEGMENT, [again.block]);
      expect(await hits(layer, 'status:404')).toEqual([]);
    });

    test('ids in paths share a posting: an operation with another id is named too, one of another route is not', async () => {
      const layer = await open();
      await layer.put(
        [entry('1', [{ operation: 'GET /users/17' }, { operation: 'GET /users/18' }, { operation: 'GET /users' }])],
        'buffered',
      );
      expect(await hits(layer, 'operation:"GET /users/17"')).toEqual(['1: 0 1']);
      expect(await hits(layer, 'operation:"GET /users"')).toEqual(['1: 2']);
    });

    test('a dropped segment is gone', async () => {
      const layer = await filled();
      await layer.sync();
      expect(await layer.segments()).toEqual([SEGMENT]);
      await layer.drop(SEGMENT);
      expect(await layer.segments()).toEqual([]);
    });
  });
}
