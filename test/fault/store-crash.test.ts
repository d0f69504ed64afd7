/** kill -9 while a process writes: what was flushed is there, indexed, and the next owner says what it recovered. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { type Message, messageBytes, parseQuery } from '../../core/index.ts';
import { unsealExchange } from '../../parser/index.ts';
import { PROJECT_DIR } from '../support/requirements.ts';
import { RING } from '../support/sealing/keys.ts';
import { verified } from '../support/store/care.ts';
import { emptyFolder, foundBy, ids, numbered, numberedUpTo, opened } from '../support/store/index.ts';
import { TOKEN_HEAD } from '../support/store/with-token.ts';

function startWriter(path: string, ...mode: readonly string[]): ChildProcess {
  const script = join(PROJECT_DIR, 'test/fault/store-writer.ts');
  const writer = spawn(process.execPath, ['--import', 'tsx', script, path, ...mode], {
    cwd: PROJECT_DIR,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void writer.kill('SIGKILL'));
  return writer;
}

/** Waits until so many flushes were announced. @returns exchanges that the last one covers */
async function flushes(writer: ChildProcess, count: number): Promise<number> {
  let seen = 0;
  for await (const line of createInterface({ input: writer.stdout as NodeJS.ReadableStream })) {
    seen++;
    if (seen === count) return Number(line);
  }
  throw new Error('the writer ended by itself');
}

async function kill(writer: ChildProcess): Promise<void> {
  const gone = once(writer, 'exit');
  writer.kill('SIGKILL');
  await gone;
}

test.each([1, 2, 5])('killed after flush %i: nothing flushed is lost, and all of it is in the index', async (count) => {
  const path = await emptyFolder();
  const writer = startWriter(path);
  const flushed = await flushes(writer, count);
  await kill(writer);

  const { store, care, role, recovered } = await opened(path);
  expect(role).toBe('owner');
  expect(recovered?.text).toContain('not closed');
  const found = await foundBy(store);
  expect(found.length).toBeGreaterThanOrEqual(flushed);
  // Batches are written one after the other: what is there is everything up to some exchange.
  expect(ids(found)).toEqual(ids(numberedUpTo(found.length)));
  expect(await foundBy(store, { where: parseQuery('service:catalogue AND status:200') })).toHaveLength(found.length);
  const last = numbered(found.length - 1);
  expect(ids(await store.trace(last.trace?.traceId ?? ''))).toEqual(ids([last]));
  expect(await store.statistics()).toMatchObject({ exchanges: found.length });
  // Numbers of blocks that were never written are no loss.
  expect(await verified(care)).toMatchObject({ sound: true, lostBlocks: 0, exchanges: found.length });
});

test('killed twice in a row, then closed: the third owner has nothing to recover', async () => {
  const path = await emptyFolder();
  for (let round = 0; round < 2; round++) {
    const writer = startWriter(path);
    await flushes(writer, 1);
    await kill(writer);
  }
  const { store } = await opened(path);
  await store.close();
  const again = await opened(path);
  expect(again.recovered).toBeUndefined();
  const found = await foundBy(again.store);
  expect(ids(found)).toEqual(ids(numberedUpTo(found.length)));
});

test('while the writer lives others read through it and cannot own the store', async () => {
  const path = await emptyFolder();
  const writer = startWriter(path);
  const flushed = await flushes(writer, 1);
  const { store, role, ownerPid } = await opened(path, { access: 'read' });
  expect({ role, ownerPid }).toEqual({ role: 'client', ownerPid: writer.pid });
  expect(await foundBy(store, { limit: flushed })).toHaveLength(flushed);
  await expect(store.append([numbered(0)])).rejects.toMatchObject({ code: 'STORE_NOT_OWNER' });
  await expect(opened(path, { mustOwn: true })).rejects.toMatchObject({
    code: 'STORE_BUSY',
    message: expect.stringContaining(String(writer.pid)),
  });
  const reading = store.find({ order: 'newest-first' });
  await kill(writer);
  await expect(foundBy({ find: () => reading } as never)).rejects.toMatchObject({ code: 'STORE_OWNER_GONE' });
});

test('killed at random moments, sealing and encrypting: whole, indexed, and no secret in any file', async () => {
  const path = await emptyFolder();
  let flushed = 0;
  for (const [moreFlushes, delayMs] of [
    [1, 3],
    [2, 17],
    [1, 41],
  ] as const) {
    const writer = startWriter(path, 'sealed');
    const seen = await flushes(writer, moreFlushes);
    flushed = Math.max(flushed, seen);
    // A moment between two flushes: which one is the point, not how long.
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await kill(writer);
  }
  const { store, care } = await opened(path, {}, { keys: RING });
  const found = await foundBy(store);
  expect(found.length).toBeGreaterThanOrEqual(flushed);
  expect(ids(found)).toEqual(ids(numberedUpTo(found.length)));
  for (const [n, each] of found.entries()) {
    const unsealed = unsealExchange(each, RING);
    if (unsealed.kind === 'sealed') throw new Error(unsealed.problem);
    expect(Buffer.from(messageBytes(unsealed.exchange.request as Message)).toString()).toContain(`${TOKEN_HEAD}${n}-`);
  }
  expect(await foundBy(store, { where: parseQuery('service:catalogue AND status:200') })).toHaveLength(found.length);
  expect((await verified(care)).damages).toEqual([]);
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    expect(bytes.includes(TOKEN_HEAD), entry.name).toBe(false);
  }
});
