/**
 * One process of the shop: listens on a free loopback port, prints `{"port":N}` and ends when its standard input
 * does, so that it never outlives who started it.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCatalogue } from './catalogue.ts';
import { createFront } from './front.ts';
import type { ListeningLine, ShopRole } from './role.ts';

const server = createServerFor(JSON.parse(process.argv[2] ?? '') as ShopRole);
server.listen(0, '127.0.0.1', () => {
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
