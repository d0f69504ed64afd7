/** A process that ends at any moment of writing: nothing flushed is lost, and the index ends equal to the data. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseQuery } from '../../core/index.ts';
import { LevelDataLayer, LevelIndexLayer } from '../../store/index.ts';
import { newManifest } from '../../store/owner/store-manifest.ts';
import { assembled, differences, indexed } from '../support/store/assembled.ts';
import { emptyFolder, foundBy, ids, numberedUpTo, opened } from '../support/store/index.ts';
import { Snapshots } from '../support/store/snapshots.ts';

const ROUNDS = 10;
const KILL_POINTS = 20;
const BATCH = 30;
const EQUAL = { missing: 0, different: 0, dangling: 0, damaged: 0 };

interface KillPoint {
  readonly path: string;
  /** Exchanges that a flush had acknowledged. */
  readonly flushed: number;
}

function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}

/** Writes with an index that fails at times, until enough copies were made. */
async function killPoints(seed: number): Promise<{ points: KillPoint[]; written: number }> {
  const random = seeded(seed);
  const path = await emptyFolder();
  await writeFile(join(path, 'bytecopy.json'), JSON.stringify(newManifest(60)));
  const copies = await mkdtemp(join(tmpdir(), 'bytecopy-kill-'));
  onTestFinished(() => rm(copies, { recursive: true, force: true }));
  const points: KillPoint[] = [];
  let flushed = 0;
  const snapshots = new Snapshots(path, () => {
    if (points.length === KILL_POINTS || random(3) > 0) return undefined;
    const point = { path: join(copies, String(points.length)), flushed };
    points.push(point);
    return point.path;
  });
  const { store, index } = await assembled(path, {
    data: snapshots.of(new LevelDataLayer({ path: join(path, 'data') })),
    index: snapshots.of(new LevelIndexLayer({ path: join(path, 'index') })),
    options: { blockExchanges: 4, flushIntervalMs: 1, checkpointIntervalMs: 10 },
  });
  let written = 0;
  while (points.length < KILL_POINTS) {
    if (random(4) === 0) index.fail();
    else index.work();
    await store.append(numberedUpTo(written + BATCH).slice(written));
    written += BATCH;
    if (random(3) === 0) await store.statistics();
    if (random(3) === 0) {
      await store.flush();
      flushed = written;
    }
  }
  snapshots.stop();
  return { points, written };
}

test.each(Array.from({ length: ROUNDS }, (_, n) => n + 1))(
  `killed at ${KILL_POINTS} moments, seed %i`,
  async (seed) => {
    const { points } = await killPoints(seed);
    for (const { path, flushed } of points) {
      const { store, care } = await opened(path);
      const found = await foundBy(store);
      expect(found.length, path).toBeGreaterThanOrEqual(flushed);
      expect(ids(found), path).toEqual(ids(numberedUpTo(found.length)));
      expect(await foundBy(store, { where: parseQuery('service:catalogue AND status:200') })).toHaveLength(
        found.length,
      );
      await indexed(store);
      expect(await differences(care), path).toEqual(EQUAL);
      expect(await store.statistics()).toMatchObject({ exchanges: found.length });
      await store.close();
      await rm(path, { recursive: true });
    }
  },
  60_000,
);
