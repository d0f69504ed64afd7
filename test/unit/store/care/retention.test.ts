/** Segments are dropped whole, from both layers, whatever happens in between; readers and pinned recordings stay. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderRetention } from '../../../../cli/render/retention-report.ts';
import type { DataLayer, IndexLayer } from '../../../../core/index.ts';
import { type CarePorts, LocalCare, type RetentionPolicy, RetentionSchedule } from '../../../../store/care/index.ts';
import type { ReportDamage, RetentionReport } from '../../../../store/index.ts';
import { BlockReader } from '../../../../store/read/block-reader.ts';
import { assembled } from '../../../support/store/assembled.ts';
import { REPAIR, repaired, verified } from '../../../support/store/care.ts';
import {
  emptyFolder,
  foundBy,
  HOUR,
  ids,
  LATER_SEGMENT,
  numbered,
  opened,
  SEGMENT,
} from '../../../support/store/index.ts';
import { withLayers } from '../../../support/store/wrong-index.ts';

const COUNT = 640;
const NOW = numbered(0).id.at + 48 * HOUR;
const EVERYTHING_GOES: RetentionPolicy = { keepMs: 0, sizeBytes: undefined, groups: [] };

/** Exchanges in two segments. */
const EARLIER = Array.from({ length: COUNT }, (_, n) => numbered(n, n * 1000));
const LATER = Array.from({ length: COUNT }, (_, n) => numbered(COUNT + n, HOUR + n * 1000));

async function writtenStore(): Promise<string> {
  const path = await emptyFolder();
  const { store } = await opened(path);
  await store.append([...EARLIER, ...LATER]);
  await store.close();
  return path;
}

/** By size, so that the older segment goes and the newer, which is written, stays. */
async function dropEarlier(care: LocalCare | Awaited<ReturnType<typeof opened>>['care']): Promise<RetentionReport> {
  return await care.retain({ policy: { ...EVERYTHING_GOES, keepMs: undefined, sizeBytes: 0 }, now: NOW - 46.5 * HOUR });
}

test('by age: gone from both layers, from counts and statistics', async () => {
  const path = await writtenStore();
  const { store, care } = await opened(path);
  const { dropped, kept } = await care.retain({ policy: EVERYTHING_GOES, now: NOW });
  expect(dropped.map(({ segment, why }) => [segment, why])).toEqual([
    [SEGMENT, 'age'],
    [LATER_SEGMENT, 'age'],
  ]);
  expect(kept).toEqual({ segments: 0, byteCount: 0 });
  expect(await foundBy(store)).toEqual([]);
  expect(await store.statistics()).toMatchObject({ exchanges: 0 });
  for (const layer of ['data', 'index']) {
    expect((await readdir(join(path, layer))).filter((name) => name.startsWith('2026'))).toEqual([]);
  }
});

test('what is imported today is kept from today on, and from then on across processes', async () => {
  const path = await writtenStore();
  const first = await opened(path);
  const policy = { ...EVERYTHING_GOES, keepMs: (2 * HOUR) / 1000 };
  const kept = await first.care.retain({ policy, now: NOW });
  expect(kept).toMatchObject({ dropped: [], nextAt: NOW + 2 * HOUR });
  expect(renderRetention(kept, { dryRun: false })).toContain('age counts from');
  await first.store.close();
  const { care } = await opened(path);
  expect((await care.retain({ policy, now: NOW + HOUR })).dropped).toEqual([]);
  expect((await care.retain({ policy, now: NOW + 2 * HOUR })).dropped).toHaveLength(2);
});

test('a dry run drops nothing and does not count as having seen it', async () => {
  const { store, care } = await opened(await writtenStore());
  expect((await care.retain({ policy: EVERYTHING_GOES, now: NOW, dryRun: true })).dropped).toHaveLength(2);
  expect((await foundBy(store)).length).toBe(2 * COUNT);
});

test('what was written since the last checkpoint stays', async () => {
  const { store, care } = await opened(await writtenStore(), { checkpointIntervalMs: 600_000 });
  await store.append([numbered(5000, 5)]);
  await foundBy(store);
  expect((await care.retain({ policy: EVERYTHING_GOES, now: NOW })).dropped).toMatchObject([
    { segment: LATER_SEGMENT },
  ]);
});

test('a reader of a segment that is dropped ends cleanly, and does not hold it up', async () => {
  const { store, care } = await opened(await writtenStore());
  const pages = store.find({})[Symbol.asyncIterator]();
  const first = await pages.next();
  expect(first.value).toHaveLength(64);
  expect((await dropEarlier(care)).dropped).toMatchObject([{ segment: SEGMENT }]);
  const rest: string[] = [];
  for (let next = await pages.next(); next.done !== true; next = await pages.next()) rest.push(...ids(next.value));
  expect(rest).toEqual(expect.arrayContaining(ids(LATER)));
  expect(ids(await foundBy(store))).toEqual(ids(LATER));
});

test('a segment that is written while it is dropped is made again', async () => {
  const { store, care } = await opened(await writtenStore());
  const late = Array.from({ length: 300 }, (_, n) => numbered(7000 + n, 2_000_000 + n));
  const [report] = await Promise.all([dropEarlier(care), store.append(late).then(() => store.flush())]);
  expect(report.dropped.length).toBeLessThanOrEqual(1);
  expect(ids(await foundBy(store))).toEqual(expect.arrayContaining(ids(late)));
});

test('a segment that is written between the look and the drop stays, and its numbers do not count as dropped', async () => {
  const { store, care, data } = await assembled(await emptyFolder());
  await store.append(EARLIER);
  await store.flush();
  const late = Array.from({ length: 100 }, (_, n) => numbered(7000 + n, 2_000_000 + n));
  const properties = data.writeProperty.bind(data);
  let wrote = false;
  data.writeProperty = async (name, value) => {
    await properties(name, value);
    if (name !== 'retention/dropped' || wrote) return;
    wrote = true;
    await store.append(late);
    await store.flush();
  };
  expect((await care.retain({ policy: EVERYTHING_GOES, now: NOW })).dropped).toEqual([]);
  expect(ids(await foundBy(store))).toEqual(expect.arrayContaining(ids(late)));
  expect(await verified(care)).toMatchObject({ lostBlocks: 0, sound: true });
  expect((await care.retain({ policy: EVERYTHING_GOES, now: NOW })).dropped).toMatchObject([{ segment: SEGMENT }]);
});

test('through the socket, groups by their own rules', async () => {
  const path = await emptyFolder();
  const groupOf = (service: string): string => (service === 'tracking' ? 'bulk' : '');
  const { store } = await opened(path, {}, { groupOf });
  await store.append(EARLIER.map((each, n) => (n % 2 === 0 ? each : { ...each, service: 'tracking' })));
  await store.flush();
  const client = await opened(path);
  const groups = [{ name: 'bulk', services: ['tracking'], keepMs: 0 }];
  const policy = { keepMs: HOUR, sizeBytes: undefined, groups };
  expect((await client.care.retain({ policy, now: NOW })).dropped).toMatchObject([{ segment: `${SEGMENT}.bulk` }]);
  expect(new Set((await foundBy(store)).map(({ service }) => service))).toEqual(new Set(['catalogue']));
});

/** Fails at the nth step of a drop, before or behind it. */
function failing(data: DataLayer, index: IndexLayer, at: number): Pick<CarePorts, 'data' | 'index' | 'shred'> {
  let step = 0;
  const fail = (): void => {
    if (++step === at) throw new Error(`failed at step ${at}`);
  };
  const around = async (work: () => Promise<void>): Promise<void> => {
    fail();
    await work();
    fail();
  };
  const wrap = <T extends DataLayer | IndexLayer>(layer: T): T =>
    new Proxy(layer, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== 'function') return value;
        if (name === 'drop') return (segment: string) => around(() => target.drop(segment));
        if (name === 'writeProperty') {
          return (property: string, bytes: Uint8Array | undefined) =>
            around(() => (target as DataLayer).writeProperty(property, bytes));
        }
        return value.bind(target);
      },
    });
  return { data: wrap(data), index: wrap(index), shred: () => around(async () => {}) };
}

test('ended at any step in the middle of a drop: the next retention ends it, nothing else is lost', async () => {
  let steps = 0;
  for (let at = 1; steps === 0; at++) {
    const path = await writtenStore();
    const failed = await withLayers(path, async (data, index) => {
      const readerFor = (report: ReportDamage) => new BlockReader(data, report);
      const ports = { ...failing(data, index, at), readerFor, segmentMicros: HOUR, pause: async () => {} };
      return await dropEarlier(new LocalCare(ports)).then(
        () => false,
        () => true,
      );
    });
    const { store, care } = await opened(path);
    await dropEarlier(care);
    expect(ids(await foundBy(store)), `step ${at}`).toEqual(ids(LATER));
    const findings = await verified(care);
    expect(findings.lostBlocks, `step ${at}`).toBe(0);
    const { ledger } = await repaired(care, { now: REPAIR.now + 1 });
    expect(ledger, `step ${at}`).toMatchObject({ equal: COUNT / 64, dangling: 0, droppedSegments: 0 });
    await store.close();
    if (!failed) steps = at;
  }
  expect(steps).toBeGreaterThan(8);
}, 60_000);

test('a pinned recording is a store of its own, which retention does not see', async () => {
  const path = await writtenStore();
  const { store, care } = await opened(path);
  const pin = await opened(path, { area: 'pin-crash' });
  await pin.store.append(EARLIER);
  await pin.store.flush();
  await care.retain({ policy: EVERYTHING_GOES, now: NOW });
  expect(await foundBy(store)).toEqual([]);
  expect(ids(await foundBy(pin.store))).toEqual(ids(EARLIER));
});

test('a schedule retains at the start and again, and says only what it dropped', async () => {
  const { care } = await opened(await writtenStore());
  const reports: RetentionReport[] = [];
  let now = NOW;
  let asked = 0;
  const counted = {
    retain: (request: Parameters<typeof care.retain>[0]) => {
      asked++;
      return care.retain(request);
    },
  };
  const schedule = new RetentionSchedule(
    { ...EVERYTHING_GOES, keepMs: HOUR / 1000 },
    {
      care: counted,
      clock: { now: () => now, monotonic: () => now },
      onDropped: (report) => reports.push(report),
      onFailed: (error) => expect.unreachable(String(error)),
      periodMs: 10,
    },
  );
  await schedule.start();
  expect([asked, reports.length]).toEqual([1, 0]);
  now += HOUR;
  await expect.poll(() => reports.length).toBe(1);
  await schedule.stop();
  expect(reports[0]?.dropped).toHaveLength(2);
});
