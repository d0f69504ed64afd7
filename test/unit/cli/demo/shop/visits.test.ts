import { expect, test } from 'vitest';
import { ITEM_COUNT, makeItems } from '../../../../../cli/demo/shop/items.ts';
import { seededRandom } from '../../../../../cli/demo/shop/seeded-random.ts';
import { childSpan, newTrace, parseTraceParent, traceHeaders } from '../../../../../cli/demo/shop/trace-parent.ts';
import { planVisit } from '../../../../../cli/demo/shop/visits.ts';

function visits(seed: number, count: number): string[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const { method, path } = planVisit(random);
    return `${method} ${path.replace(/item-\d+/, 'ITEM').replace(/\?.*/, '')}`;
  });
}

test('the same seed gives the same visits and the same shelves, another seed others', () => {
  expect(visits(7, 50)).toEqual(visits(7, 50));
  expect(visits(7, 50)).not.toEqual(visits(8, 50));
  expect(makeItems(7)).toEqual(makeItems(7));
  expect(makeItems(7)).not.toEqual(makeItems(8));
});

test('visits are of every kind', () => {
  expect([...new Set(visits(1, 500))].sort()).toEqual([
    'GET /',
    'GET /items',
    'GET /items/ITEM',
    'GET /items/gone-ITEM',
    'GET /search',
    'POST /cart',
  ]);
});

test('items have distinct ids and bodies of a real size', () => {
  const items = makeItems(3);
  expect(new Set(items.map((item) => item.id)).size).toBe(ITEM_COUNT);
  const sizes = items.map((item) => JSON.stringify(item).length);
  expect(Math.min(...sizes)).toBeGreaterThan(200);
  expect(Math.max(...sizes)).toBeLessThan(1_500);
});

test('a call further down keeps the trace, has a span of its own, and names its parent', () => {
  const random = seededRandom(1);
  const caller = newTrace(random);
  const child = childSpan(caller, random);
  expect(parseTraceParent(traceHeaders(caller).traceparent)).toEqual(caller);
  expect(traceHeaders(caller).b3).toBe(`${caller.traceId}-${caller.spanId}-1`);
  expect(child.traceId).toBe(caller.traceId);
  expect(child.spanId).not.toBe(caller.spanId);
  expect(traceHeaders(child)).toEqual({
    traceparent: `00-${caller.traceId}-${child.spanId}-01`,
    b3: `${caller.traceId}-${child.spanId}-1-${caller.spanId}`,
  });
});

test('a malformed traceparent is no trace', () => {
  expect(parseTraceParent(undefined)).toBeUndefined();
  expect(parseTraceParent('00-xyz-00f067aa0ba902b7-01')).toBeUndefined();
});
