/**
 * One process of the shop: listens on a loopback port, prints `{"port":N}` and ends when its standard input
 * does, so that it never outlives who started it.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCatalogue } from './catalogue.ts';
import { createFront } from './front.ts';
import type { ListeningLine, ShopRole } from './role.ts';

const role = JSON.parse(process.argv[2] ?? '') as ShopRole;
const server = createServerFor(role);
server.on('error', (error) => {
  console.error(`shop: the ${role.role} cannot listen: ${error.message}`);
  process.exitCode = 1;
  process.stdin.destroy();
});
server.listen(role.port ?? 0, '127.0.0.1', () => {
  const line: ListeningLine = { port: (server.address() as AddressInfo).port };
  process.stdout.write(`${JSON.stringify(line)}\n`);
});

process.stdin.on('close', () => {
  server.close();
  server.closeAllConnections();
});
process.stdin.resume();

// A terminal's Ctrl-C reaches the whole group; the parent decides when the shop closes.
process.on('SIGINT', () => {});

function createServerFor(role: ShopRole): Server {
  switch (role.role) {
    case 'catalogue':
      return createCatalogue(role);
    case 'front':
      return createFront(role);
    default:
      throw new TypeError(`unknown role: ${JSON.stringify(role satisfies never)}`);
  }
}
