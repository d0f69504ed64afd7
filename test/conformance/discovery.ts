/** What every adapter of the port `Discovery` owes. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Discovery, ServiceInstance } from '../../core/index.ts';
import { InstanceLog } from '../support/emitter/instance-log.ts';

/** A registry that a test writes and an adapter looks into. */
export interface DiscoveryRegistry {
  /** Of the service `shop.test`. */
  set(instances: readonly ServiceInstance[]): Promise<void>;
  /** From now on looks fail, until something is set. */
  fail(): Promise<void>;
  open(): Discovery;
  close(): Promise<void>;
}

const NAME = 'shop.test';
const on = (last: number, weight = 1): ServiceInstance => ({ host: `10.0.0.${last}`, port: 80, weight });

export function discoveryConformance(name: string, start: () => Promise<DiscoveryRegistry>): void {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function watching(
    ...instances: readonly ServiceInstance[]
  ): Promise<{ registry: DiscoveryRegistry; log: InstanceLog }> {
    const registry = await start();
    cleanups.push(() => registry.close());
    await registry.set(instances);
    const log = new InstanceLog(registry.open(), NAME);
    cleanups.push(() => log.stop());
    return { registry, log };
  }

  describe(`discovery: ${name}`, () => {
    test('the whole list at first, sorted', async () => {
      const { log } = await watching(on(8), on(7));
      expect(await log.next()).toBe('10.0.0.7:80, 10.0.0.8:80');
    });

    test('the whole list again where it changed: more, fewer', async () => {
      const { registry, log } = await watching(on(7));
      expect(await log.next()).toBe('10.0.0.7:80');
      await registry.set([on(7), on(9)]);
      expect(await log.next()).toBe('10.0.0.7:80, 10.0.0.9:80');
      await registry.set([on(9)]);
      expect(await log.next()).toBe('10.0.0.9:80');
    });

    test('nothing where it only stands in another order, or twice', async () => {
      const { registry, log } = await watching(on(7), on(8));
      expect(await log.next()).toBe('10.0.0.7:80, 10.0.0.8:80');
      await registry.set([on(8), on(7), on(8)]);
      await registry.set([on(8), on(7), on(8), on(9)]);
      expect(await log.next()).toBe('10.0.0.7:80, 10.0.0.8:80, 10.0.0.9:80');
    });

    test('a look that fails is told, what was known stays, and the next good one counts', async () => {
      const { registry, log } = await watching(on(7));
      expect(await log.next()).toBe('10.0.0.7:80');
      await registry.fail();
      expect(await log.next()).toMatch(/^DISCOVERY_/);
      await registry.set([on(7), on(8)]);
      expect(await log.next()).toBe('10.0.0.7:80, 10.0.0.8:80');
      expect(log.pending).toEqual([]);
    });

    test('two watches do not know of each other; a stopped one hears nothing more', async () => {
      const { registry, log } = await watching(on(7));
      const other = new InstanceLog(registry.open(), NAME);
      cleanups.push(() => other.stop());
      expect([await log.next(), await other.next()]).toEqual(['10.0.0.7:80', '10.0.0.7:80']);
      log.stop();
      log.stop();
      await registry.set([on(7), on(8)]);
      expect(await other.next()).toBe('10.0.0.7:80, 10.0.0.8:80');
      expect(log.pending).toEqual([]);
    });
  });
}
