import { afterEach, beforeEach, expect, test } from 'vitest';
import { DnsDiscovery } from '../../../../emitter/discovery/dns-discovery.ts';
import { InstanceLog } from '../../../support/emitter/instance-log.ts';
import { SYSTEM_CLOCK } from '../../../support/emitter/system-clock.ts';
import { type NameRecord, type NameServer, startNameServer } from '../../../support/servers/name-server.ts';

let server: NameServer;
let log: InstanceLog | undefined;

beforeEach(async () => {
  server = await startNameServer();
});
afterEach(async () => {
  log?.stop();
  await server.close();
});

function watch(port: number | undefined): InstanceLog {
  const discovery = new DnsDiscovery({ port, refreshMs: 20, servers: [server.address] }, { clock: SYSTEM_CLOCK });
  log = new InstanceLog(discovery, 'shop.test');
  return log;
}

const srv = (target: string, weight: number, priority = 1): NameRecord => ({
  type: 'SRV',
  priority,
  weight,
  port: 8080,
  target,
});

test('of SRV records the best priority counts, with weights and ports', async () => {
  server.set('shop.test', [srv('a.test', 3), srv('b.test', 1), srv('c.test', 9, 2)]);
  expect(await watch(undefined).next()).toBe('a.test:8080 weight=3, b.test:8080');
});

test('without a weight beside weights: a very small chance; all without: the same', async () => {
  server.set('shop.test', [srv('a.test', 3), srv('b.test', 0)]);
  expect(await watch(undefined).next()).toBe('a.test:8080 weight=3, b.test:8080 weight=0.01');
  server.set('shop.test', [srv('a.test', 0), srv('b.test', 0)]);
  expect(await log?.next()).toBe('a.test:8080, b.test:8080');
});

test('a name that is none is told, once, and has no instances until it comes', async () => {
  const heard = watch(80);
  expect(await heard.next()).toBe('DISCOVERY_EMPTY');
  expect(await heard.next()).toBe('');
  server.set('shop.test', [{ type: 'A', address: '10.0.0.7' }]);
  expect(await heard.next()).toBe('10.0.0.7:80');
});

test('a name server that is not there is trouble, and no instance goes', async () => {
  server.set('shop.test', [{ type: 'A', address: '10.0.0.7' }]);
  const heard = watch(80);
  expect(await heard.next()).toBe('10.0.0.7:80');
  await server.close();
  expect(await heard.next()).toBe('DISCOVERY_FAILED');
  server = await startNameServer();
});
