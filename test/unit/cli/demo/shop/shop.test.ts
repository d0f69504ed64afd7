import { spawn } from 'node:child_process';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shopEntry } from '../../../../../cli/demo/shop/child-command.ts';
import {
  driveShop,
  type Shop,
  type ShopProcess,
  startShop,
  startShopProcess,
} from '../../../../../cli/demo/shop/index.ts';

let shop: Shop;
let newFront: ShopProcess;

beforeAll(async () => {
  shop = await startShop({ seed: 11 });
  newFront = await shop.startNewFront();
});

afterAll(() => shop?.stop());

async function get(service: ShopProcess, path: string): Promise<{ status: number; body: unknown }> {
  const answer = await request(`${service.url}${path}`);
  return { status: answer.statusCode, body: await answer.body.json() };
}

async function post(path: string, body: string): Promise<{ status: number; body: unknown }> {
  const answer = await request(`${shop.front.url}${path}`, { method: 'POST', body });
  return { status: answer.statusCode, body: await answer.body.json() };
}

test('the front answers with what the catalogue knows', async () => {
  const item = await get(shop.catalogue, '/items/item-1');
  expect(item.status).toBe(200);
  expect(await get(shop.front, '/items/item-1')).toEqual(item);
  expect((await get(shop.front, '/items')).body).toHaveLength(60);
  expect(await get(shop.front, '/search?q=no%20such')).toEqual({ status: 200, body: { query: 'no such', hits: [] } });
});

test('what is not there is 404, from either', async () => {
  expect(await get(shop.front, '/items/item-0')).toEqual({
    status: 404,
    body: { error: 'no such item', id: 'item-0' },
  });
  expect((await get(shop.front, '/elsewhere')).status).toBe(404);
});

test('the home page links to items', async () => {
  const answer = await request(`${shop.front.url}/`);
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(await answer.body.text()).toContain('<a href="/items/item-1">');
});

test('a cart entry costs what its items cost', async () => {
  const { priceCents } = (await get(shop.catalogue, '/items/item-2')).body as { priceCents: number };
  expect(await post('/cart', '{"id":"item-2","quantity":3}')).toEqual({
    status: 201,
    body: { id: 'item-2', quantity: 3, totalCents: 3 * priceCents },
  });
  expect((await post('/cart', '{"id":"item-0","quantity":1}')).status).toBe(404);
  expect((await post('/cart', '{"id":"../items","quantity":1}')).status).toBe(400);
  expect((await post('/cart', 'not json')).status).toBe(400);
});

test('the new build adds one field to an item and changes nothing else', async () => {
  const { body } = await get(shop.front, '/items/item-1');
  expect((await get(newFront, '/items/item-1')).body).toEqual({
    ...(body as object),
    deliverable: (body as { stock: number }).stock > 0,
  });
  expect(await get(newFront, '/items')).toEqual(await get(shop.front, '/items'));
});

test('customers get an answer to every visit, each in a trace of its own', async () => {
  const report = await driveShop({ frontUrl: shop.front.url, requests: 60, ratePerSecond: 600, seed: 5 });
  expect(report).toMatchObject({ sent: 60, failed: 0 });
  expect(new Set(report.traceIds).size).toBe(60);
  expect([...report.statuses.values()].reduce((sum, count) => sum + count, 0)).toBe(60);
  expect([...report.statuses.keys()].every((status) => [200, 201, 404].includes(status))).toBe(true);
});

test('customers of a closed front fail, and are counted', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => closed.once('listening', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const report = await driveShop({ frontUrl: `http://127.0.0.1:${port}`, requests: 3, ratePerSecond: 300, seed: 5 });
  expect(report).toMatchObject({ sent: 3, failed: 3 });
});

test('visits end early when told to', async () => {
  const signal = AbortSignal.abort();
  const report = await driveShop({ frontUrl: shop.front.url, requests: 1000, ratePerSecond: 1, seed: 5, signal });
  expect(report.sent).toBe(0);
});

test('the catalogue is asked within the trace of the visit, and told when it is a replay', async () => {
  const asked: IncomingHttpHeaders[] = [];
  const witness = createServer((incoming, response) => {
    asked.push(incoming.headers);
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => witness.once('listening', resolve));
  const catalogueUrl = `http://127.0.0.1:${(witness.address() as AddressInfo).port}`;
  const front = await startShopProcess({ role: 'front', build: 'current', catalogueUrl, seed: 1 });
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  await (await request(`${front.url}/items/item-1`, { headers: { traceparent } })).body.dump();
  await (await request(`${front.url}/items`, { headers: { 'x-bytecopy-replay': 'run-1' } })).body.dump();
  await front.stop();
  await new Promise((resolve) => witness.close(resolve));
  expect(asked.map((headers) => headers['x-bytecopy-replay'])).toEqual([undefined, 'run-1']);
  expect(asked[0]?.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/);
});

test('a port that is taken is an error that says so, and nothing is left running', async () => {
  await expect(startShop({ seed: 1, port: shop.front.port - 1 })).rejects.toMatchObject({ code: 'SHOP_NOT_STARTED' });
});

test('a service ends when who started it goes away', async () => {
  const { command, args } = shopEntry();
  const child = spawn(command, [...args, '{"role":"catalogue","seed":1}'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.stdin.destroy();
  expect(await exit).toBe(0);
});
