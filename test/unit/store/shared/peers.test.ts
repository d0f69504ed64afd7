/** Stores without an owner, over layers that stand for a cluster's: they are closed by the test alone. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { DataLayer, IndexLayer } from '../../../../core/index.ts';
import { type AssembledStore, assembleReader, assembleWriter } from '../../../../store/assembly.ts';
import { LevelDataLayer, LevelIndexLayer } from '../../../../store/index.ts';
import { checkStoreOptions } from '../../../../store/options.ts';
import { newManifest } from '../../../../store/owner/store-manifest.ts';
import { writerOf } from '../../../../store/owner/writer-number.ts';
import { openSharedManifest } from '../../../../store/shared/shared-manifest.ts';
import { takeWorkFolder, type WorkFolder } from '../../../../store/shared/work-folder.ts';
import { claimNumber, holdsClaim } from '../../../../store/shared/writer-claim.ts';
import { differences, IMPATIENT, indexed } from '../../../support/store/assembled.ts';
import { FaultyIndex } from '../../../support/store/faulty-index.ts';
import { emptyFolder, foundBy, ids, numberedUpTo } from '../../../support/store/index.ts';

interface Cluster {
  readonly data: DataLayer;
  readonly index: FaultyIndex;
}

async function cluster(): Promise<Cluster> {
  const path = await emptyFolder();
  const data = new LevelDataLayer({ path: join(path, 'data') });
  const index = new LevelIndexLayer({ path: join(path, 'index') });
  onTestFinished(async () => {
    await index.close();
    await data.close();
  });
  return { data: unclosed(data), index: new FaultyIndex(unclosed(index)) };
}

function unclosed<T extends DataLayer | IndexLayer>(layer: T): T {
  return new Proxy(layer, {
    get(target, name) {
      if (name === 'close') return async () => {};
      const member = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

async function peer(layers: Cluster, { path, writer }: Pick<WorkFolder, 'path' | 'writer'>): Promise<AssembledStore> {
  const options = checkStoreOptions({ path, blockExchanges: 4 });
  const opened = await assembleWriter(options, newManifest(60), layers, { folder: path, writer }, {}, IMPATIENT);
  onTestFinished(() => opened.store.close());
  return opened;
}

async function workFolder(path: string, data: DataLayer): Promise<WorkFolder> {
  const folder = await takeWorkFolder(path, data);
  onTestFinished(() => folder.lock.release());
  return folder;
}

test('two write at once, each with its number; a third reads what both wrote', async () => {
  const layers = await cluster();
  const path = await emptyFolder();
  const [one, other] = [await workFolder(path, layers.data), await workFolder(path, layers.data)];
  expect(one.path).not.toBe(other.path);
  expect(one.writer).not.toBe(other.writer);
  const [first, second] = [await peer(layers, one), await peer(layers, other)];
  const all = numberedUpTo(80);
  await first.store.append(all.filter((_, n) => n % 2 === 0));
  await second.store.append(all.filter((_, n) => n % 2 === 1));
  await first.store.flush();
  await second.store.flush();
  const reader = assembleReader(newManifest(60), layers, {});
  expect(ids(await foundBy(reader.store))).toEqual(ids(all));
  expect(await reader.store.statistics()).toMatchObject({
    exchanges: 80,
    oldestAt: all[0]?.id.at,
    newestAt: all.at(-1)?.id.at,
  });
  await expect(reader.store.append(all)).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
  expect(await differences(reader.care)).toEqual({ missing: 0, different: 0, dangling: 0, damaged: 0 });
});

test('what one that was killed had not indexed: the next one with its work folder looks after its blocks alone', async () => {
  const layers = await cluster();
  const path = await emptyFolder();
  const killed = await workFolder(path, layers.data);
  const other = await workFolder(path, layers.data);
  const first = await peer(layers, killed);
  const second = await peer(layers, other);
  layers.index.standStill();
  await first.store.append(numberedUpTo(40));
  await foundBy(first.store);
  await second.store.append(numberedUpTo(60).slice(40));
  await foundBy(second.store);
  // Killed: the lock is gone, nothing else was done.
  await killed.lock.release();
  layers.index.work();
  const again = await workFolder(path, layers.data);
  expect([again.path, again.writer]).toEqual([killed.path, killed.writer]);
  const { store, recovered } = await peer(layers, again);
  expect(recovered).toMatchObject({ exchanges: 40, blocks: 10 });
  await indexed(store);
  await indexed(second.store);
});

test('blocks carry the number of their writer', async () => {
  const layers = await cluster();
  const folder = await workFolder(await emptyFolder(), layers.data);
  const { store, care } = await peer(layers, folder);
  await store.append(numberedUpTo(10));
  await store.flush();
  let highest = 0;
  for await (const page of layers.data.keys({ segment: (await layers.data.segments())[0] ?? '' })) {
    for (const key of page) highest = Math.max(highest, Buffer.from(key).readUIntBE(14, 6));
  }
  expect(writerOf(highest)).toBe(folder.writer);
  expect(highest % 2 ** 32).toBe(3);
  expect((await care.overview()).segments).toHaveLength(1);
});

test('a number that is taken is not drawn again; of two that drew the same one the later has it', async () => {
  const { data } = await cluster();
  const one = await claimNumber(data, 'one', () => 7);
  const other = await claimNumber(data, 'other', () => 7);
  expect([one.number, other.number]).toEqual([7, 8]);
  const draws = [9, 11];
  const late = claimNumber(data, 'late', () => draws.shift() ?? 0);
  await expect.poll(() => data.readProperty('writers/00009')).toBeDefined();
  await data.writeProperty('writers/00009', Buffer.from('{"id":"later"}'));
  expect(await late).toEqual({ id: 'late', number: 11 });
  expect(await holdsClaim(data, { id: 'one', number: 7 })).toBe(true);
});

test('a work folder of another cluster is left alone', async () => {
  const [one, other] = [await cluster(), await cluster()];
  const path = await emptyFolder();
  const first = await workFolder(path, one.data);
  await first.lock.release();
  expect((await workFolder(path, other.data)).path).not.toBe(first.path);
});

test('what a store on a cluster says of itself: made once, missing for a reader, refused with another index', async () => {
  const { data } = await cluster();
  const request = { write: false, segmentMinutes: 30, owner: undefined };
  await expect(openSharedManifest(data, request)).rejects.toMatchObject({ code: 'STORE_MISSING', exitCode: 2 });
  expect(await openSharedManifest(data, { ...request, write: true })).toMatchObject({ version: 2, segmentMinutes: 30 });
  expect(await openSharedManifest(data, { ...request, segmentMinutes: 60 })).toMatchObject({ segmentMinutes: 30 });
  const embedded = { ...request, owner: 'a folder' };
  await expect(openSharedManifest(data, embedded)).rejects.toMatchObject({ code: 'STORE_OTHER_INDEX', exitCode: 2 });
  await data.writeProperty('store', Buffer.from('{"format":"bytecopy-store","version":3}'));
  await expect(openSharedManifest(data, request)).rejects.toMatchObject({ code: 'STORE_NEWER', exitCode: 2 });
});
