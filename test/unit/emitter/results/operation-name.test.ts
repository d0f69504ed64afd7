import { expect, test } from 'vitest';
import { operationName } from '../../../../emitter/results/operation-name.ts';

test.each([
  ['GET /items/42', 'GET /items/{id}'],
  ['GET /users/7/orders/6f1c2b9e-8d1a-4c3e-9b2f-0a1b2c3d4e5f', 'GET /users/{id}/orders/{id}'],
  ['GET /blobs/507f1f77bcf86cd799439011', 'GET /blobs/{id}'],
  ['GET /t/eyJhbGciOiJIUzI1NiIsInR5cCI', 'GET /t/{id}'],
  ['GET /t/aGVsbG8gd29ybGQ0Mg%3D%3D', 'GET /t/{id}'],
  ['POST /42/', 'POST /{id}/'],
])('%s is told of as %s', (recorded, name) => {
  expect(operationName(recorded)).toBe(name);
});

test.each([
  'GET /',
  'GET /api/v2/items',
  'GET /accommodated/feedbackfeed',
  'GET /getUserProfileSettings',
  'GET /assets/bootstrap-5-3-2-bundle',
  'OPTIONS *',
  'getItem42',
  'catalogue:getItems',
  'redis',
  '',
])('%s stays as it is', (recorded) => {
  expect(operationName(recorded)).toBe(recorded);
});

test('a name is never longer than 200 characters', () => {
  const long = operationName(`GET /${'a-'.repeat(30_000)}`);
  expect(long).toHaveLength(200);
  expect(long.endsWith('…')).toBe(true);
});
