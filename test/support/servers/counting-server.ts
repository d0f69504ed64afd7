/** An HTTP server that answers everything and keeps what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingServer {
  readonly url: string;
  readonly asked: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** Resolves when so many requests came since the start. */
  reached(count: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startCountingServer(): Promise<CountingServer> {
  const asked: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', headers: request.headers });
    response.end('ok');
    for (const look of waiting) look();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    reached: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (asked.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
