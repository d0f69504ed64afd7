import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { checkDisk, checkNode } from '../../../../collector/doctor/host-checks.ts';
import { linkChecks } from '../../../../collector/doctor/interface-checks.ts';
import { listeningOn, listeningPorts } from '../../../../collector/doctor/listening-ports.ts';
import { runDoctor } from '../../../../collector/index.ts';

test('every check says what was found, and what to do where something is wrong', async () => {
  const checks = await runDoctor();
  expect(checks.map((check) => check.name)).toEqual(
    expect.arrayContaining(['node', 'libpcap', 'live capture', 'package cap', 'namespaces', 'clock', 'disk']),
  );
  for (const { name, ok, detail, hint } of checks) {
    expect(detail, name).not.toBe('');
    expect(hint === '', name).toBe(ok === 'ok');
  }
});

test('the version of Node', () => {
  expect(checkNode('20.18.3').ok).toBe('failed');
  expect(checkNode('20.19.0').ok).toBe('ok');
  expect(checkNode('26.0.0').ok).toBe('ok');
});

test('the disk of a folder', async () => {
  expect((await checkDisk('/')).detail).toMatch(/GiB free at \/$/);
});

test('an interface whose merged segments exceed the snap length is warned of', () => {
  const json = JSON.stringify([
    {},
    { ifname: 'lo', mtu: 65_536, gso_max_size: 65_536, gro_max_size: 65_536 },
    { ifname: 'eth0', mtu: 9000, gso_max_size: 524_280, gro_max_size: 524_280 },
    { ifname: 'old', mtu: 1500 },
  ]);
  expect(linkChecks(json).map(({ name, ok }) => `${name}: ${ok}`)).toEqual([
    'interface lo: ok',
    'interface eth0: warning',
    'interface old: ok',
  ]);
});

test('a port is listened on while a server listens', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(listeningOn(port)).toBe(true);
  server.close();
  await once(server, 'close');
  expect(listeningOn(port)).toBe(false);
});

test('only listening lines of the kernel table count', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue',
    '   0: 0100007F:1F90 00000000:0000 0A 00000000',
    '   1: 0100007F:0050 0100007F:9C40 01 00000000',
    '   2: 00000000000000000000000001000000:01BB 00000000000000000000000000000000:0000 0A',
  ].join('\n');
  expect([...listeningPorts(table)]).toEqual([8080, 443]);
});
