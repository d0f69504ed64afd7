/** What repair compares and mends: contents, digests, removal. */
import { expect, test } from 'vitest';
import type { IndexDocument, IndexEntry, IndexLayer } from '../../core/index.ts';
import { LATER_SEGMENT, SEGMENT } from '../support/store/index.ts';
import { blockKey, equalTo, indexEntry } from '../support/store/index-entries.ts';
import { digestsOf, hitsOf, numberOf, putVisibly, removeVisibly, untilVisible } from './index-layer-probe.ts';

const CHANGES: readonly Partial<IndexDocument>[] = [
  { source: 'other' },
  { service: 'other' },
  { operation: 'GET /other' },
  { verb: 'PUT' },
  { status: 201 },
  { outcome: 'session' },
  { protocol: 'thrift' },
  { reason: 'other' },
  { traceId: 'other' },
  { traceId: '4bf92f3577b34da6a3ce929d0e0e4737' },
  { session: 'other' },
  { tenant: 'other' },
  { environment: 'other' },
  { region: 'other' },
  { instance: 'other' },
  { labels: { team: 'other' } },
  { labels: { other: 'shop' } },
  { labels: {} },
  { latencyMicros: 1_000_000 },
  { latencyMicros: undefined },
];

const KNOWN: Partial<IndexDocument> = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  labels: { team: 'shop', tier: '1' },
};

export function indexLayerKeeps(open: () => Promise<IndexLayer>): void {
  test('contents tells each block once, with the digest of what was put', async () => {
    const layer = await open();
    const entries = someBlocks(300);
    await putVisibly(layer, entries);
    await putVisibly(layer, [indexEntry(1, [{}], LATER_SEGMENT)]);
    const held = await digestsOf(layer);
    expect(held).toEqual(new Map(entries.map((entry) => [hex(entry), layer.digest(entry)])));
  });

  test('a digest is of the documents and of nothing else', async () => {
    const layer = await open();
    const digest = layer.digest(indexEntry(1, [{}, KNOWN]));
    expect(layer.digest(indexEntry(1, [{}, { ...KNOWN, labels: { tier: '1', team: 'shop' } }]))).toBe(digest);
    for (const change of CHANGES) {
      expect([change, layer.digest(indexEntry(1, [{}, { ...KNOWN, ...change }]))]).not.toEqual([change, digest]);
    }
    expect(layer.digest(indexEntry(1, [KNOWN, {}]))).not.toBe(digest);
    expect(layer.digest(indexEntry(1, [{}, KNOWN, {}]))).not.toBe(digest);
  });

  test('put again changes nothing, also half way through a batch', async () => {
    const layer = await open();
    const entries = someBlocks(20);
    await putVisibly(layer, entries);
    const before = await digestsOf(layer);
    await putVisibly(layer, entries.slice(5, 15));
    await putVisibly(layer, [entries[3] as IndexEntry, entries[3] as IndexEntry]);
    expect(await digestsOf(layer)).toEqual(before);
    expect(await hitsOf(layer, equalTo('status', '500'))).toHaveLength(10);
  });

  test('what is removed is gone, what is not stays', async () => {
    const layer = await open();
    const entries = someBlocks(60);
    await putVisibly(layer, entries);
    const gone = entries.filter((_, n) => n % 3 === 0);
    await removeVisibly(layer, SEGMENT, [...gone.map(({ block }) => block), blockKey(4711)]);
    const kept = entries.filter((_, n) => n % 3 !== 0);
    expect(await digestsOf(layer)).toEqual(new Map(kept.map((entry) => [hex(entry), layer.digest(entry)])));
    const numbers = (await hitsOf(layer, equalTo('outcome', 'paired')))?.map((hit) => Number(hit.split(':')[0]));
    expect(numbers).toEqual(kept.map(({ block }) => numberOf(block)));
    for (const [n, entry] of entries.slice(0, 4).entries()) {
      const { traceId, session } = entry.documents[0] as IndexDocument;
      expect(await hitsOf(layer, equalTo('trace', traceId))).toEqual(n % 3 === 0 ? [] : [`${n}: 0`]);
      expect(await hitsOf(layer, equalTo('session', session))).toHaveLength(n % 3 === 0 ? 0 : 1);
    }
    await removeVisibly(layer, SEGMENT, []);
    expect((await digestsOf(layer)).size).toBe(40);
  });

  test('a block that is removed and put otherwise is what was put last', async () => {
    const layer = await open();
    await putVisibly(layer, [indexEntry(1, [{ status: 200, session: 's-1' }]), indexEntry(2, [{ status: 200 }])]);
    const otherwise = indexEntry(1, [{ status: 404, session: 's-2' }]);
    await removeVisibly(layer, SEGMENT, [otherwise.block]);
    await putVisibly(layer, [otherwise]);
    expect((await digestsOf(layer)).get(hex(otherwise))).toBe(layer.digest(otherwise));
    await untilVisible(layer, async () => {
      expect(await hitsOf(layer, equalTo('status', '200'))).toEqual(['2: 0']);
      expect(await hitsOf(layer, equalTo('status', '404'))).toEqual(['1: 0']);
      expect(await hitsOf(layer, equalTo('session', 's-1'))).toEqual([]);
    });
  });
}

/** Every second failed; a trace and a session each. */
function someBlocks(count: number): IndexEntry[] {
  return Array.from({ length: count }, (_, n) =>
    indexEntry(n, [
      { status: n % 2 === 0 ? 200 : 500, traceId: n.toString(16).padStart(32, 'e'), session: `s-${n}` },
      { status: 200, traceId: `t-${n}`, operation: `GET /items/${n}` },
      { status: 200, traceId: n.toString(16).padStart(16, 'd'), labels: { team: 'shop' }, tenant: 'acme' },
    ]),
  );
}

function hex(entry: IndexEntry): string {
  return Buffer.from(entry.block).toString('hex');
}
