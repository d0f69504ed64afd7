/** The index layer on a real Elasticsearch: the suite of every index layer, and what only a cluster can do to it. */
import { expect, onTestFinished, test } from 'vitest';
import { BytecopyError, type IndexLayer, parseQuery } from '../../../core/index.ts';
import { ElasticsearchIndexLayer } from '../../../store/elasticsearch/elasticsearch-index-layer.ts';
import { indexLayerConformance } from '../../conformance/index-layer.ts';
import { describeWith } from '../../support/requirements.ts';
import { startService } from '../../support/services/index.ts';
import { allPages, SEGMENT } from '../../support/store/index.ts';
import { indexEntry } from '../../support/store/index-entries.ts';

describeWith(['elasticsearch'], 'Elasticsearch', () => {
  const server = startService('elasticsearch');
  let opened = 0;

  /** An area of its own for each test, removed behind it. */
  const open = (): Promise<ElasticsearchIndexLayer> => {
    const layer = new ElasticsearchIndexLayer({
      nodes: [`http://${server.address}`],
      area: `test-${opened++}`,
      refreshMs: 100,
    });
    onTestFinished(async () => {
      for (const segment of await layer.segments()) await layer.drop(segment);
      await layer.close();
    });
    return Promise.resolve(layer);
  };

  indexLayerConformance('elasticsearch', open);

  const url = (path: string): string => `http://${server.address}${path}`;
  const failed = parseQuery('status:500');
  const named = async (layer: IndexLayer): Promise<number> => {
    await layer.sync();
    return (await layer.count({ segment: SEGMENT, where: failed })) ?? 0;
  };

  test('what was acknowledged while the server went and came is there, and nothing hangs', async () => {
    const layer = new ElasticsearchIndexLayer({
      nodes: [url('')],
      area: 'faults',
      retryMs: 500,
    });
    onTestFinished(() => layer.close());
    const errors = new Set<string>();
    let acknowledged = 0;
    let stopped = false;
    let next = 0;
    const note = (error: unknown): void => {
      errors.add(error instanceof BytecopyError ? error.code : String(error));
    };
    const put = async (): Promise<void> => {
      while (!stopped) {
        const entries = Array.from({ length: 20 }, () => indexEntry(next++, [{ status: 500 }, { status: 200 }]));
        await layer.put(entries, 'buffered').then(() => {
          acknowledged += entries.length;
        }, note);
      }
    };
    const search = async (): Promise<void> => {
      while (!stopped) {
        try {
          for await (const page of (await layer.search({ segment: SEGMENT, where: failed })) ?? []) {
            expect(page.length).toBeGreaterThan(0);
          }
        } catch (error) {
          note(error);
        }
      }
    };
    await layer.put([indexEntry(next++, [{ status: 500 }])], 'buffered');
    const work = [put(), put(), search()];
    await server.stop();
    await expect(layer.put([indexEntry(next++, [{}])], 'buffered')).rejects.toMatchObject({
      code: 'INDEX_UNREACHABLE',
    });
    await server.start();
    const before = acknowledged;
    await expect.poll(() => acknowledged, { timeout: 30_000 }).toBeGreaterThan(before);
    stopped = true;
    await Promise.all(work);
    expect([...errors]).toEqual(['INDEX_UNREACHABLE']);
    expect(await named(layer)).toBeGreaterThanOrEqual(acknowledged + 1);
    await layer.drop(SEGMENT);
  }, 180_000);

  test('an index that was deleted behind our back is made again with the same mapping', async () => {
    const layer = await open();
    await layer.put([indexEntry(1, [{ status: 500 }])], 'buffered');
    const index = `bytecopy~area.test-${opened - 1}~${SEGMENT.toLowerCase()}`;
    expect((await fetch(url(`/${index}`), { method: 'DELETE' })).status).toBe(200);
    expect(await layer.search({ segment: SEGMENT, where: failed })).toBeUndefined();
    expect(await allPages(layer.contents(SEGMENT))).toEqual([]);
    await layer.put([indexEntry(2, [{ status: 500 }, { status: 200, labels: { team: 'shop' } }])], 'buffered');
    expect(await named(layer)).toBe(1);
    const made = (await (await fetch(url(`/${index}`))).json()) as Record<string, { aliases: object }>;
    expect(made[index]).toMatchObject({ mappings: { dynamic: 'false', properties: { place: { type: 'keyword' } } } });
    expect(Object.keys(made[index]?.aliases ?? {})).toHaveLength(1);
  });

  test('a foreign index of that name is refused by name, and left as it is', async () => {
    const foreign = new ElasticsearchIndexLayer({ nodes: [url('')], prefix: 'foreign', refreshMs: 100 });
    onTestFinished(() => foreign.close());
    const index = `foreign~live~${SEGMENT.toLowerCase()}`;
    const headers = { 'content-type': 'application/json' };
    await fetch(url(`/${index}/_doc/1?refresh=true`), { method: 'PUT', headers, body: '{"status":"all is well"}' });
    await expect(foreign.put([indexEntry(1, [{}])], 'buffered')).rejects.toMatchObject({
      code: 'INDEX_REFUSED',
      message: `the index ${index} is not of bytecopy; bytecopy-index-1 is expected`,
    });
    expect(await (await fetch(url(`/${index}/_count`))).json()).toMatchObject({ count: 1 });
    await foreign.drop(SEGMENT);
  });

  test('the areas of one cluster do not see each other', async () => {
    const [one, other] = [await open(), await open()];
    await one.put([indexEntry(1, [{ status: 500 }])], 'buffered');
    await other.put([indexEntry(2, [{ status: 200 }])], 'buffered');
    expect([await named(one), await named(other)]).toEqual([1, 0]);
    await one.drop(SEGMENT);
    expect([await one.segments(), await other.segments()]).toEqual([[], [SEGMENT]]);
  });
});
