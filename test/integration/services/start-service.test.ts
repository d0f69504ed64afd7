import { expect, test } from 'vitest';
import { describeWith } from '../../support/requirements.ts';
import { startService } from '../../support/services/index.ts';

describeWith(['elasticsearch'], 'a real server', () => {
  const server = startService('elasticsearch');
  const write = (): Promise<Response> =>
    fetch(`http://${server.address}/kept/_doc/1`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });

  test('serves, is gone when stopped, and has its data on the same port when started again', async () => {
    expect((await write()).status).toBe(201);
    await server.stop();
    await expect(write()).rejects.toThrow('fetch failed');
    await server.start();
    expect((await fetch(`http://${server.address}/kept/_doc/1`)).status).toBe(200);
  }, 120_000);
});
