/** Every field of the index: equality, the head of a value, existence, ranges; and values that would harm. */
import { expect, test } from 'vitest';
import type { IndexDocument, IndexLayer, Query, QueryField } from '../../core/index.ts';
import { between, equalTo, existing, indexEntry, likeThis } from '../support/store/index-entries.ts';
import { hitsOf, putVisibly } from './index-layer-probe.ts';

interface FieldCase {
  readonly field: QueryField;
  readonly name?: string;
  readonly value: string;
  /** Head of the value that no other document's value begins with. */
  readonly head: string;
  readonly document: Partial<IndexDocument>;
}

const FIELDS: readonly FieldCase[] = [
  { field: 'source', value: 'basket', head: 'bas', document: { source: 'basket' } },
  { field: 'service', value: 'orders', head: 'ord', document: { service: 'orders' } },
  { field: 'operation', value: 'POST /orders', head: 'POST /o', document: { operation: 'POST /orders' } },
  { field: 'verb', value: 'PUT', head: 'PU', document: { verb: 'PUT' } },
  { field: 'status', value: '503', head: '50', document: { status: 503 } },
  { field: 'outcome', value: 'request-only', head: 'request', document: { outcome: 'request-only' } },
  { field: 'protocol', value: 'thrift', head: 'thr', document: { protocol: 'thrift' } },
  { field: 'reason', value: 'flow-end', head: 'flow', document: { reason: 'flow-end' } },
  {
    field: 'trace',
    value: '4bf92f3577b34da6a3ce929d0e0e4736',
    head: '4bf92',
    document: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736' },
  },
  { field: 'session', value: 'user-17', head: 'user-1', document: { session: 'user-17' } },
  { field: 'tenant', value: 'acme', head: 'ac', document: { tenant: 'acme' } },
  { field: 'environment', value: 'staging', head: 'stag', document: { environment: 'staging' } },
  { field: 'region', value: 'eu-west-1', head: 'eu', document: { region: 'eu-west-1' } },
  { field: 'instance', value: 'web-07', head: 'web', document: { instance: 'web-07' } },
  { field: 'label', name: 'team', value: 'shop', head: 'sh', document: { labels: { team: 'shop', tier: 'one' } } },
];

/** Fields that every document of the suite has. */
const ALWAYS: readonly QueryField[] = [
  'source',
  'service',
  'operation',
  'verb',
  'status',
  'outcome',
  'protocol',
  'environment',
];

/** What must not be told apart from other values by chance, cut, or read as syntax. */
const HOSTILE = [
  '',
  ' ',
  'x'.repeat(100_000),
  `${'x'.repeat(100_000)}y`,
  'a\0b',
  '\0',
  '\ud800',
  'a\udc00b',
  '"',
  `'; DROP TABLE x; --`,
  '*',
  'a*b?c',
  '\\',
  '{"$ne":1}',
  'ünïcödé ☃ 🧨',
  '__proto__',
  '\ufffd',
];

export function indexLayerFields(open: () => Promise<IndexLayer>): void {
  const filled = async (): Promise<IndexLayer> => {
    const layer = await open();
    await putVisibly(layer, [
      indexEntry(1, [{}, {}]),
      ...FIELDS.map(({ document }, n) => indexEntry(n + 2, [{}, document])),
      indexEntry(90, [{}]),
    ]);
    return layer;
  };

  test('each field is found by its value, and narrowed to it', async () => {
    const layer = await filled();
    for (const [n, { field, name, value }] of FIELDS.entries()) {
      const label = `${field}:${value}`;
      expect([label, await hitsOf(layer, equalTo(field, value, name))]).toEqual([label, [`${n + 2}: 1`]]);
      expect(await hitsOf(layer, equalTo(field, `${value}x`, name))).toEqual([]);
    }
    expect(await hitsOf(layer, equalTo('label', 'shop', 'tier'))).toEqual([]);
    expect(await hitsOf(layer, equalTo('label', 'one', 'tier'))).toHaveLength(1);
  });

  test('each field is found by the head of a value, or left to who reads', async () => {
    const layer = await filled();
    for (const [n, { field, name, head }] of FIELDS.entries()) {
      const found = await hitsOf(layer, likeThis(field, `${head}*`, name));
      if (field === 'session' && found === undefined) continue;
      expect([field, found]).toEqual([field, [`${n + 2}: 1`]]);
      expect((await hitsOf(layer, likeThis(field, `${head}*nothing`, name))) ?? []).toEqual([]);
    }
  });

  test('each field is found by its being there', async () => {
    const layer = await filled();
    for (const [n, { field, name }] of FIELDS.entries()) {
      const found = await hitsOf(layer, existing(field, name));
      if (ALWAYS.includes(field)) expect(found ?? Array(FIELDS.length + 2)).toHaveLength(FIELDS.length + 2);
      else expect([field, found]).toEqual([field, [`${n + 2}: 1`]]);
    }
    expect(await hitsOf(layer, existing('label', 'nobody'))).toEqual([]);
  });

  test('latency and status are found by ranges', async () => {
    const layer = await open();
    const latencies = [0, 1, 900, 40_000, 250_000, 3_000_000, 7_200_000_000, undefined];
    await putVisibly(
      layer,
      latencies.map((latencyMicros, n) => indexEntry(n, [{ latencyMicros }, { latencyMicros, status: 100 * n }])),
    );
    const ask = async (where: Query): Promise<number[] | undefined> =>
      (await hitsOf(layer, where))?.map((hit) => Number(hit.split(':')[0]));
    expect(await ask(between('latency', 200_000, undefined))).toEqual([4, 5, 6]);
    expect(await ask(between('latency', undefined, 10_000))).toEqual([0, 1, 2]);
    expect(await ask(between('latency', 30_000, 500_000))).toEqual([3, 4]);
    expect(await ask(between('latency', 8_000_000, 1_000_000_000))).toEqual([]);
    expect(await ask(equalTo('latency', '250000'))).toEqual([4]);
    expect(await ask(between('latency', 0, 0))).toEqual([0]);
    const both: Query = { kind: 'and', terms: [between('latency', 30_000, undefined), between('status', 500, 599)] };
    expect(await hitsOf(layer, both)).toEqual(['5: 1']);
    const none: Query = {
      kind: 'field',
      field: 'latency',
      test: { kind: 'range', min: { value: 7_200_000_001, inclusive: false } },
    };
    // Buckets may take in what lies near.
    expect((await ask(none))?.filter((n) => n < 6)).toEqual([]);
  });

  test('ids in paths may share a posting: another id is named at most too, another route is not', async () => {
    const layer = await open();
    await putVisibly(layer, [
      indexEntry(1, [{ operation: 'GET /users/17' }, { operation: 'GET /users/18' }, { operation: 'GET /users' }]),
    ]);
    expect(['1: 0', '1: 0 1']).toContain((await hitsOf(layer, equalTo('operation', 'GET /users/17')))?.join());
    expect(await hitsOf(layer, equalTo('operation', 'GET /users'))).toEqual(['1: 2']);
    for (const pattern of ['GET /users/1*', 'GET /users/?7', '*17', 'GET*']) {
      const found = await hitsOf(layer, likeThis('operation', pattern));
      expect([pattern, (found ?? ['1: 0'])[0]]).toEqual([pattern, expect.stringMatching(/^1: 0/)]);
    }
  });

  test('hostile values are found, and harm nothing', async () => {
    const layer = await open();
    const documents = HOSTILE.map(
      (value): Partial<IndexDocument> => ({
        source: value,
        service: value,
        operation: value,
        verb: value,
        reason: value,
        session: value,
        traceId: value,
        tenant: value,
        environment: value,
        region: value,
        instance: value,
        labels: Object.fromEntries([
          ['plain', value],
          [value, 'named'],
          ['a.b', value],
          ['a', 'both'],
        ]),
      }),
    );
    await putVisibly(layer, [indexEntry(1, documents), indexEntry(2, [{}])]);
    const fields: readonly QueryField[] = [
      'source',
      'service',
      'operation',
      'verb',
      'reason',
      'session',
      'trace',
      'tenant',
      'environment',
      'region',
      'instance',
    ];
    const asked = (value: string): readonly Query[] => [
      ...fields.map((field) => equalTo(field, field === 'verb' ? value.toUpperCase() : value)),
      equalTo('label', value, 'plain'),
      equalTo('label', value, 'a.b'),
      equalTo('label', 'named', value),
    ];
    for (const [position, value] of HOSTILE.entries()) {
      for (const where of asked(value)) {
        const found = await hitsOf(layer, where);
        if (found === undefined) continue;
        const positions =
          found
            .find((hit) => hit.startsWith('1: '))
            ?.slice(3)
            .split(' ') ?? [];
        expect([where, positions]).toEqual([where, expect.arrayContaining([String(position)])]);
      }
    }
    expect(await hitsOf(layer, equalTo('source', 'front'))).toEqual(['2: 0']);
  });
}
