import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../../cli/clock.ts';
import { openForReading, openForWriting, textForReaders } from '../../../../cli/stores/open.ts';
import { storePlace } from '../../../../cli/stores/place.ts';
import { BytecopyError } from '../../../../core/index.ts';

const stderr = new PassThrough() as unknown as NodeJS.WriteStream;
const surroundings = { environment: {}, stderr, clock: systemClock };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bytecopy-open-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a recording that is not there is called that, and no store is asked for', async () => {
  const store = join(folder, 'store');
  await (await openForWriting(store, surroundings)).close();
  const place = storePlace({ store, recording: 'crash' }, { services: [] }, {});
  await expect(openForReading(place, surroundings)).rejects.toMatchObject({
    code: 'PIN_NOT_FOUND',
    message: `there is no pinned recording crash in ${store}`,
    exitCode: 2,
  });
});

test('who reads a store with missed blocks was told that writing goes on', () => {
  expect(textForReaders({ kind: 'behind', blocks: 12, error: undefined })).toBeUndefined();
  expect(textForReaders({ kind: 'caught-up' })).toBeUndefined();
  const error = new BytecopyError('INDEX_UNREACHABLE', 'no answer from 10.0.0.7:9200');
  expect(textForReaders({ kind: 'behind', blocks: 12, error })).toBe(
    'index: no answer from 10.0.0.7:9200; it lacks 12 blocks, which are read from the data',
  );
});
