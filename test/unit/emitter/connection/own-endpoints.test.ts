import { expect, test } from 'vitest';
import { OwnEndpoints } from '../../../../emitter/connection/own-endpoints.ts';

const end = (port: number, address = '10.0.0.1') => ({ address, port });

test('ends are told apart by address and port', () => {
  const own = new OwnEndpoints();
  own.opened(end(1));
  own.opened(end(1, '10.0.0.2'));
  expect(own.has(end(1))).toBe(true);
  expect(own.has(end(1, '10.0.0.2'))).toBe(true);
  expect(own.has(end(1, '10.0.0.3'))).toBe(false);
  expect(own.has(end(2))).toBe(false);
});

test('closed ones are known for a while, and their number is bounded', () => {
  const own = new OwnEndpoints();
  for (let port = 1; port <= 5_000; port++) {
    own.opened(end(port));
    own.closed(end(port));
  }
  expect(own.has(end(5_000))).toBe(true);
  expect(own.has(end(1_000))).toBe(true);
  expect(own.has(end(900))).toBe(false);
});

test('a port that is used again stays known when its former use is forgotten', () => {
  const own = new OwnEndpoints();
  own.opened(end(7));
  own.closed(end(7));
  own.opened(end(7));
  for (let port = 10_000; port < 14_200; port++) {
    own.opened(end(port));
    own.closed(end(port));
  }
  expect(own.has(end(7))).toBe(true);
});
