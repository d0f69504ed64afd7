/** Any query over any documents: what matches is named, in order, within bounds; counts are no less. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compileQuery,
  type IndexDocument,
  type IndexEntry,
  type IndexHit,
  type IndexLayer,
  type Query,
  type QueryField,
} from '../../core/index.ts';
import { allPages, SEGMENT } from '../support/store/index.ts';
import { blockKey, indexEntry, subjectOf, timeOf } from '../support/store/index-entries.ts';
import { numberOf, positionsOf, putVisibly } from './index-layer-probe.ts';

const SEED = Number(process.env.BYTECOPY_SEED ?? 20261121);
const BLOCKS = 150;
const QUERIES = 250;
const INTERVAL_MICROS = 700_000;

const text = fc.constantFrom('', 'a', 'b', 'ab', 'abc', 'B', 'b*');
const label = fc.constantFrom('team', 'tier');
const latency = fc.oneof(fc.nat(3_000), fc.nat(5_000_000));

const document: fc.Arbitrary<Partial<IndexDocument>> = fc.record({
  latencyMicros: fc.option(latency, { nil: undefined }),
  tenant: text,
  environment: text,
  region: text,
  instance: text,
  labels: fc.dictionary(label, text, { maxKeys: 2 }),
  session: text,
  source: text,
  service: text,
  operation: fc.constantFrom('', 'GET /a', 'GET /a/1', 'GET /a/2/b', 'GET /a/x', 'GET /a/{*}', 'call'),
  verb: fc.constantFrom('', 'GET', 'POST', 'PUT'),
  status: fc.constantFrom(0, 200, 204, 404, 500, 503),
  outcome: fc.constantFrom('paired', 'request-only', 'session'),
  protocol: fc.constantFrom('http1', 'thrift'),
  reason: text,
  traceId: fc.constantFrom('', 'a', '0af7651916cd43dd', '0af7651916cd43dd8448eb211c80319c', '0af7'),
});

const pattern = fc.constantFrom(
  'a*',
  '*',
  '?',
  '*b',
  'a?c',
  'GET /a/1*',
  'GET /a/*',
  '*/b',
  '0af7*',
  '4??',
  '5*',
  'p*d',
);
const value = fc.oneof(
  text,
  fc.constantFrom('GET', 'GET /a/1', 'GET /a/3', 'GET /a', 'paired', 'http1', '200', '503', '0af7651916cd43dd', '17'),
);
const fields: readonly QueryField[] = [
  'protocol',
  'source',
  'service',
  'operation',
  'verb',
  'path',
  'status',
  'outcome',
  'reason',
  'trace',
  'session',
  'tenant',
  'environment',
  'region',
  'instance',
  'label',
  'latency',
];

const bound = (limit: fc.Arbitrary<number>): fc.Arbitrary<{ value: number; inclusive: boolean } | undefined> =>
  fc.option(fc.record({ value: limit, inclusive: fc.boolean() }), { nil: undefined });

const rangeOf = (field: QueryField, limit: fc.Arbitrary<number>): fc.Arbitrary<Query> =>
  fc.tuple(bound(limit), bound(limit)).map(([min, max]) => ({
    kind: 'field',
    field,
    test: { kind: 'range', ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) },
  }));

const single: fc.Arbitrary<Query> = fc.oneof<fc.WeightedArbitrary<Query>[]>(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...fields),
        label,
        fc.oneof(
          { weight: 4, arbitrary: value.map((each) => ({ kind: 'equals', value: each }) as const) },
          { weight: 2, arbitrary: pattern.map((each) => ({ kind: 'wildcard', pattern: each }) as const) },
          { weight: 1, arbitrary: fc.constant({ kind: 'exists' } as const) },
        ),
      )
      .map(([field, name, asked]) => ({ kind: 'field', field, ...(field === 'label' ? { name } : {}), test: asked })),
  },
  { weight: 1, arbitrary: rangeOf('status', fc.constantFrom(200, 203, 204, 404, 500, 600)) },
  { weight: 1, arbitrary: rangeOf('latency', latency) },
  {
    weight: 1,
    arbitrary: rangeOf(
      'time',
      fc.tuple(fc.nat(BLOCKS), fc.nat(9)).map(([n, position]) => timeOf(n, position)),
    ),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'everything' } as const) },
);

const query: fc.Arbitrary<Query> = fc.letrec<{ any: Query }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: single },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        terms: fc.array(tie('any'), { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('not' as const), term: tie('any') }) },
  ),
})).any;

export function indexLayerQueries(open: () => Promise<IndexLayer>): void {
  test(`any query names what matches it (seed ${SEED})`, async () => {
    const layer = await open();
    const blocks = fc.sample(fc.array(document, { minLength: 1, maxLength: 10 }), { numRuns: BLOCKS, seed: SEED });
    const entries = blocks.map((documents, n) => indexEntry(n, documents));
    await putVisibly(layer, entries);
    const range = fc.option(fc.tuple(fc.nat(BLOCKS), fc.nat(BLOCKS)), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(query, range, async (where, within) => {
        const [first, last] = [Math.min(...(within ?? [0])), Math.max(...(within ?? [BLOCKS]))];
        const search = {
          segment: SEGMENT,
          where,
          ...(within === undefined ? {} : { from: blockKey(first, 0x40), to: blockKey(last, 0x40) }),
        };
        const inRange = entries.filter(
          ({ block }) =>
            within === undefined ||
            (Buffer.compare(block, blockKey(first, 0x40)) >= 0 && Buffer.compare(block, blockKey(last, 0x40)) < 0),
        );
        const wanted = matching(inRange, where);
        const ascending = await layer.search({ ...search, order: 'ascending' });
        const descending = await layer.search({ ...search, order: 'descending' });
        if (ascending === undefined || descending === undefined) {
          expect([ascending, descending]).toEqual([undefined, undefined]);
          expect(await layer.count(search)).toBeUndefined();
          return;
        }
        const hits = (await allPages(ascending)).flat();
        const named = namesOf(hits);
        expect(wanted.filter((each) => !named.has(each))).toEqual([]);
        const there = new Set(matching(inRange, { kind: 'everything' }));
        expect([...named].filter((each) => !there.has(each))).toEqual([]);
        const numbers = hits.map(({ block }) => numberOf(block));
        expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
        expect((await allPages(descending)).flat().reverse().map(toText)).toEqual(hits.map(toText));
        await countsAgree(layer, search, wanted.length);
      }),
      { numRuns: QUERIES, seed: SEED },
    );
  });
}

async function countsAgree(
  layer: IndexLayer,
  search: Parameters<IndexLayer['count']>[0],
  matches: number,
): Promise<void> {
  const count = await layer.count(search);
  const histogram = await layer.histogram(search, INTERVAL_MICROS);
  expect(histogram === undefined).toBe(count === undefined);
  if (count === undefined || histogram === undefined) {
    // Told only by who counts exactly or not at all.
    expect(layer.manifest.exactCounts).toBe(true);
    return;
  }
  const sum = histogram.reduce((total, { exchanges }) => total + exchanges, 0);
  if (layer.manifest.exactCounts) expect([count, sum]).toEqual([matches, matches]);
  else expect(Math.min(count, sum)).toBeGreaterThanOrEqual(matches);
}

/** `block/position` of each document that matches. */
function matching(entries: readonly IndexEntry[], where: Query): string[] {
  const matches = compileQuery(where);
  return entries.flatMap(({ block, documents }) =>
    documents.flatMap((each, position) => (matches(subjectOf(each)) ? [`${numberOf(block)}/${position}`] : [])),
  );
}

function namesOf(hits: readonly IndexHit[]): Set<string> {
  return new Set(
    hits.flatMap(({ block, low, high }) => positionsOf(low, high).map((position) => `${numberOf(block)}/${position}`)),
  );
}

function toText({ block, low, high }: IndexHit): string {
  return `${numberOf(block)}: ${low} ${high}`;
}
