import { expect, test } from 'vitest';
import { MemoryBus } from '../../../../core/index.ts';

test('batches come out in order, and consumption ends after the last one', async () => {
  const bus = new MemoryBus<number>();
  const producer = bus.producer();
  await producer.publish([1, 2]);
  await producer.publish([3]);
  producer.close();
  const seen: number[] = [];
  for await (const batch of bus.consume()) {
    seen.push(...batch.values);
    batch.commit();
  }
  expect(seen).toEqual([1, 2, 3]);
});

test('a full bus says so, and publish waits until a batch is committed', async () => {
  const bus = new MemoryBus<number>(2);
  const producer = bus.producer();
  await producer.publish([1]);
  let published = false;
  const second = producer.publish([2]).then(() => {
    published = true;
  });
  expect(producer.hasRoom).toBe(false);
  const batches = bus.consume();
  const first = await batches.next();
  expect(published).toBe(false);
  first.value?.commit();
  await second;
  expect(producer.hasRoom).toBe(true);
});

test('a consumer that waits is woken by the next batch', async () => {
  const bus = new MemoryBus<string>();
  const waiting = bus.consume().next();
  await bus.producer().publish(['late']);
  expect((await waiting).value?.values).toEqual(['late']);
});
