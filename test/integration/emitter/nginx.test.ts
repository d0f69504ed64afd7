import { expect, test } from 'vitest';
import { findNginx, startNginx } from '../../support/servers/nginx.ts';

const present = findNginx() !== undefined;
if (!present) console.log('skipped: nginx is not installed, so no access log can witness the sends');

test.skipIf(!present)(
  'nginx answers a kilobyte, stated statuses and large bodies, and logs each request once',
  async () => {
    const nginx = await startNginx();
    try {
      const small = await fetch(`${nginx.url}/items?x=1`);
      expect((await small.text()).length).toBe(1024);
      expect((await fetch(`${nginx.url}/status/503`)).status).toBe(503);
      expect((await (await fetch(`${nginx.url}/large`)).arrayBuffer()).byteLength).toBe(1024 * 1024);
      expect((await fetch(`${nginx.url}/orders`, { method: 'POST', body: 'order' })).status).toBe(200);
      const lines = await nginx.lines();
      expect(lines.map((line) => line.split('\t').slice(1, 4).join(' '))).toEqual([
        '200 GET /items?x=1',
        '503 GET /status/503',
        '200 GET /large',
        '200 POST /orders',
      ]);
      expect(lines[0]).toMatch(/^\d+\.\d{3}\t/);
    } finally {
      await nginx.stop();
    }
  },
);
