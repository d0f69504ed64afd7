import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DnsDiscovery } from '../../emitter/discovery/dns-discovery.ts';
import { FileDiscovery } from '../../emitter/discovery/file-discovery.ts';
import { instanceName } from '../../emitter/discovery/instance.ts';
import { SYSTEM_CLOCK } from '../support/emitter/system-clock.ts';
import { startNameServer } from '../support/servers/name-server.ts';
import { type DiscoveryRegistry, discoveryConformance } from './discovery.ts';

discoveryConformance('addresses of the DNS', async (): Promise<DiscoveryRegistry> => {
  const server = await startNameServer();
  const options = { port: 80, refreshMs: 20, servers: [server.address] };
  return {
    set: async (instances) =>
      server.set(
        'shop.test',
        instances.map(({ host }) => ({ type: 'A', address: host })),
      ),
    fail: async () => server.set('shop.test', 'fails'),
    open: () => new DnsDiscovery(options, { clock: SYSTEM_CLOCK }),
    close: () => server.close(),
  };
});

discoveryConformance('SRV records of the DNS', async (): Promise<DiscoveryRegistry> => {
  const server = await startNameServer();
  const options = { port: undefined, refreshMs: 20, servers: [server.address] };
  return {
    set: async (instances) =>
      server.set(
        'shop.test',
        instances.map(({ host, port, weight }) => ({ type: 'SRV', priority: 1, weight, port, target: host })),
      ),
    fail: async () => server.set('shop.test', 'fails'),
    open: () => new DnsDiscovery(options, { clock: SYSTEM_CLOCK }),
    close: () => server.close(),
  };
});

for (const form of ['lines', 'YAML'] as const) {
  discoveryConformance(`a file of ${form}`, async (): Promise<DiscoveryRegistry> => {
    const folder = await mkdtemp(join(tmpdir(), 'bytecopy-discovery-'));
    const path = join(folder, form === 'YAML' ? 'targets.yaml' : 'targets.txt');
    return {
      set: (instances) => {
        const names = instances.map((one) => `${instanceName(one)} weight=${one.weight}`);
        return writeFile(path, form === 'YAML' ? `shop.test: ${JSON.stringify(names)}\n` : `${names.join('\n')}\n`);
      },
      fail: () => writeFile(path, form === 'YAML' ? 'shop.test: [' : 'no instance\n'),
      open: () => new FileDiscovery(path),
      close: () => rm(folder, { recursive: true }),
    };
  });
}
