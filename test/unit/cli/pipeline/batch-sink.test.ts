import { expect, test } from 'vitest';
import { BatchSink } from '../../../../cli/pipeline/batch-sink.ts';
import { BytecopyError, type Exchange, ExchangesLost, Ledger } from '../../../../core/index.ts';

const exchange = {} as Exchange;

function blockedWriter() {
  const writes: { size: number; done: () => void; fail: (error: Error) => void }[] = [];
  const write = (batch: readonly Exchange[]) =>
    new Promise<void>((done, fail) => {
      writes.push({ size: batch.length, done, fail });
    });
  return { writes, write };
}

async function turns(count = 10): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

test('one write at a time; what comes meanwhile is the next batch', async () => {
  const { writes, write } = blockedWriter();
  const ledger = new Ledger();
  const sink = new BatchSink({ name: 'store', live: true }, ledger, write, async () => {});
  for (let n = 0; n < 3; n++) sink.exchange(exchange);
  await turns();
  for (let n = 0; n < 5; n++) sink.exchange(exchange);
  await turns();
  expect(writes.map(({ size }) => size)).toEqual([3]);
  writes[0]?.done();
  await turns();
  expect(writes.map(({ size }) => size)).toEqual([3, 5]);
  writes[1]?.done();
  await sink.finish();
  expect(ledger.report().accounts.store).toMatchObject({ in: 8, out: { written: 8 }, held: 0, balanced: true });
});

test('live, a full sink drops and counts and never asks to wait', async () => {
  const { writes, write } = blockedWriter();
  const ledger = new Ledger();
  const sink = new BatchSink({ name: 'store', live: true, maxGathered: 2 }, ledger, write, async () => {});
  sink.exchange(exchange);
  await turns();
  for (let n = 0; n < 5; n++) sink.exchange(exchange);
  expect(ledger.report().accounts.store).toMatchObject({
    in: 6,
    aside: { dropped: { full: 3 } },
    held: 3,
    balanced: true,
  });
  writes[0]?.done();
  await turns();
  writes[1]?.done();
  await sink.finish();
});

test('a writer that fails is told once, and everything after is counted as dropped', async () => {
  const { writes, write } = blockedWriter();
  const ledger = new Ledger();
  const sink = new BatchSink({ name: 'store', live: false }, ledger, write, async () => {});
  sink.exchange(exchange);
  await turns();
  sink.exchange(exchange);
  writes[0]?.fail(new Error('disk full'));
  await turns();
  sink.exchange(exchange);
  await expect(sink.finish()).rejects.toThrow('disk full');
  expect(ledger.report().accounts.store).toMatchObject({
    in: 3,
    aside: { dropped: { failed: 3 } },
    held: 0,
    balanced: true,
  });
});

test('what a closing writer could not keep is not said to be written', async () => {
  const ledger = new Ledger();
  const full = new BytecopyError('STORE_FULL', 'the disk is full');
  const close = () => Promise.reject(new ExchangesLost(2, full, full));
  const sink = new BatchSink({ name: 'store', live: false }, ledger, async () => {}, close);
  for (let n = 0; n < 3; n++) sink.exchange(exchange);
  await expect(sink.finish()).rejects.toThrow('the disk is full; 2 exchanges that were taken are not stored');
  expect(ledger.report().accounts.store).toMatchObject({
    in: 3,
    out: { written: 1 },
    aside: { dropped: { failed: 2 } },
    held: 0,
    balanced: true,
  });
});
