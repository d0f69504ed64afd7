/** The whole shop: a catalogue and the front that asks it, each in its own process. */
import type { FrontBuild } from './front.ts';
import { type ShopProcess, startShopProcess } from './shop-process.ts';

export interface ShopOptions {
  /** Decides items, delays and span ids. */
  readonly seed: number;
  /** Port of the front; the catalogue takes the next one, new fronts the ones after. Free ones when left out. */
  readonly port?: number;
}

export interface Shop {
  readonly catalogue: ShopProcess;
  readonly front: ShopProcess;
  /** Starts another front before the same catalogue: the next build of it. Ends with the shop. */
  startNewFront(): Promise<ShopProcess>;
  /** Ends every process of the shop. Idempotent. */
  stop(): Promise<void>;
}

export async function startShop({ seed, port }: ShopOptions): Promise<Shop> {
  const started: ShopProcess[] = [];
  const stop = async () => {
    await Promise.all(started.map((one) => one.stop()));
  };
  try {
    const at = (offset: number) => (port === undefined ? {} : { port: port + offset });
    const catalogue = await startShopProcess({ role: 'catalogue', seed, ...at(1) });
    started.push(catalogue);
    const startFront = async (build: FrontBuild, frontSeed: number, offset: number) => {
      const role = { role: 'front', build, catalogueUrl: catalogue.url, seed: frontSeed, ...at(offset) } as const;
      const front = await startShopProcess(role);
      started.push(front);
      return front;
    };
    const front = await startFront('current', seed + 2, 0);
    return {
      catalogue,
      front,
      startNewFront: () => startFront('new', seed + 1 + started.length, started.length),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
