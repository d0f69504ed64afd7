/** The whole shop: a catalogue and the front that asks it, each in its own process. */
import { type ShopProcess, startShopProcess } from './shop-process.ts';

export interface ShopOptions {
  /** Decides items, delays and span ids. */
  readonly seed: number;
}

export interface Shop {
  readonly catalogue: ShopProcess;
  readonly front: ShopProcess;
  /** Starts another front before the same catalogue: the next build of it. Ends with the shop. */
  startNewFront(): Promise<ShopProcess>;
  /** Ends every process of the shop. Idempotent. */
  stop(): Promise<void>;
}

export async function startShop({ seed }: ShopOptions): Promise<Shop> {
  const started: ShopProcess[] = [];
  const stop = async () => {
    await Promise.all(started.map((one) => one.stop()));
  };
  try {
    const catalogue = await startShopProcess({ role: 'catalogue', seed });
    started.push(catalogue);
    const startFront = async (build: 'current' | 'new', frontSeed: number) => {
      const front = await startShopProcess({ role: 'front', build, catalogueUrl: catalogue.url, seed: frontSeed });
      started.push(front);
      return front;
    };
    const front = await startFront('current', seed + 2);
    return { catalogue, front, startNewFront: () => startFront('new', seed + 2 + started.length), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
