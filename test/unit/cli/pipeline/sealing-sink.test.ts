import { expect, test } from 'vitest';
import type { ExchangeSink } from '../../../../cli/pipeline/exchange-sink.ts';
import { SealingSink } from '../../../../cli/pipeline/sealing-sink.ts';
import type { Exchange } from '../../../../core/index.ts';
import { exchange, message } from '../../../support/exchanges/index.ts';
import { sealingCutter } from '../../../support/sealing/index.ts';

interface KeptSink extends ExchangeSink {
  readonly kept: Exchange[];
  finished: boolean;
}

function keptSink(room?: Promise<void>): KeptSink {
  const kept: Exchange[] = [];
  return {
    name: 'kept',
    kept,
    finished: false,
    exchange: (one) => void kept.push(one),
    room: () => room,
    finish() {
      this.finished = true;
      return Promise.resolve();
    },
  };
}

test('every sink gets the same sealed exchange, and one without secrets as it is', async () => {
  const sinks = [keptSink(), keptSink()];
  const sealing = new SealingSink(sinks, sealingCutter());
  const plain = exchange();
  sealing.exchange(exchange({ request: message('GET / HTTP/1.1\r\nCookie: hush\r\n\r\n') }));
  sealing.exchange(plain);
  for (const { kept } of sinks) {
    expect(kept).toHaveLength(2);
    expect(kept[0]).toBe(sinks[0]?.kept[0]);
    expect(kept[0]?.sealed).toHaveLength(1);
    expect(kept[1]).toBe(plain);
  }
  await sealing.finish();
  expect(sinks.every(({ finished }) => finished)).toBe(true);
});

test('there is room when all sinks have room, and none is asked for requests', async () => {
  let make = () => {};
  const busy = new Promise<void>((resolve) => {
    make = resolve;
  });
  expect(new SealingSink([keptSink(), keptSink()], sealingCutter()).room()).toBeUndefined();
  const sealing: ExchangeSink = new SealingSink([keptSink(), keptSink(busy)], sealingCutter());
  const room = sealing.room?.();
  expect(room).toBeInstanceOf(Promise);
  make();
  await room;
  expect(sealing.request).toBeUndefined();
});
