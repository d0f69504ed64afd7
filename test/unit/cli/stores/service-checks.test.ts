import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { checkServices } from '../../../../cli/stores/service-checks.ts';

test('embedded layers need no service', async () => {
  expect(await checkServices({ services: [], data: { kind: 'level' }, stores: { here: {} } })).toEqual([]);
});

test('a service that does not answer is named, with its store', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const nodes = [`http://127.0.0.1:${port}`];
  const index = { kind: 'elasticsearch', nodes } as never;
  const [check] = await checkServices({ services: [], stores: { archive: { index } } });
  expect(check).toMatchObject({ name: 'archive: elasticsearch', ok: 'failed', hint: expect.stringMatching(/./) });
});
