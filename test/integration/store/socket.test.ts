/** Readers through the socket while the owner writes: the owner loses nothing, readers see a store in order. */

import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareExchangeIds, type Exchange, parseQuery } from '../../../core/index.ts';
import { emptyFolder, foundBy, ids, numbered, numberedUpTo, opened } from '../../support/store/index.ts';

const BATCHES = 60;
const BATCH = 250;

function isSorted(exchanges: readonly Exchange[]): boolean {
  return exchanges.every((each, n) => n === 0 || compareExchangeIds((exchanges[n - 1] as Exchange).id, each.id) < 0);
}

test('two readers find over and over while the owner appends', async () => {
  const path = await emptyFolder();
  const { store } = await opened(path, { flushIntervalMs: 5 });
  const readers = [await opened(path), await opened(path)];
  expect(readers.map(({ role }) => role)).toEqual(['client', 'client']);
  let writing = true;
  let appended = 0;
  const reading = readers.map(async (reader, n) => {
    let rounds = 0;
    while (writing) {
      const known = appended;
      const found = await foundBy(reader.store, { order: n === 0 ? 'oldest-first' : 'newest-first' });
      expect(isSorted(n === 0 ? found : found.toReversed())).toBe(true);
      expect(found.length).toBeGreaterThanOrEqual(known);
      rounds++;
    }
    return rounds;
  });
  for (let batch = 0; batch < BATCHES; batch++) {
    await store.append(Array.from({ length: BATCH }, (_, i) => numbered(batch * BATCH + i)));
    appended += BATCH;
    await new Promise((resolve) => setImmediate(resolve));
  }
  writing = false;
  for (const rounds of await Promise.all(reading)) expect(rounds).toBeGreaterThan(0);
  expect(ids(await foundBy(store))).toEqual(ids(numberedUpTo(BATCHES * BATCH)));
});

test('a reader that stops reading holds up nobody, and the owner can close', async () => {
  const path = await emptyFolder();
  const { store } = await opened(path);
  await store.append(numberedUpTo(20_000));
  const socket = connect(join(path, 'socket'));
  await once(socket, 'connect');
  socket.pause();
  socket.write('POST /find HTTP/1.1\r\nHost: store\r\nContent-Length: 2\r\n\r\n{}');
  await store.append(numberedUpTo(20_100));
  expect(await foundBy(store, { limit: 20_100 })).toHaveLength(20_100);
  await store.close();
  socket.destroy();
});

test('a failure in the middle of an answer reaches the client as what it was', async () => {
  const path = await emptyFolder();
  const { store } = await opened(path);
  await store.append(numberedUpTo(3000, () => ({ trace: { traceId: 'all', spanId: '', parentSpanId: '' } })));
  const client = await opened(path);
  const pages = client.store.find({ where: parseQuery('trace:all') })[Symbol.asyncIterator]();
  expect((await pages.next()).done).toBe(false);
  await store.close();
  const rest = async (): Promise<void> => {
    while ((await pages.next()).done !== true);
  };
  // The rest may have been on its way already; what was cut off is never taken for the end.
  await expect(
    rest().then(
      () => 'whole',
      (error: { code: string }) => error.code,
    ),
  ).resolves.toMatch(/^(?:whole|STORE_OWNER_GONE|STORE_CLOSED)$/);
});

test.each([
  ['/nothing', '{}'],
  ['/find', 'no JSON'],
  ['/find', '{"where":{"kind":"unknown"}}'],
  ['/find', '{"limit":-1}'],
  ['/get', '{"id":"text"}'],
])('a call that is none, %s %s, is answered with an error', async (path, body) => {
  const folder = await emptyFolder();
  await opened(folder);
  const call = request({ socketPath: join(folder, 'socket'), path, method: 'POST', agent: false });
  call.end(body);
  const [response] = (await once(call, 'response')) as [AsyncIterable<Buffer>];
  let answer = '';
  for await (const chunk of response) answer += chunk.toString();
  expect(answer).toContain('STORE_CALL_INVALID');
});
