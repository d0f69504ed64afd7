import { expect, test } from 'vitest';
import { instanceTarget, parseInstance } from '../../../../emitter/discovery/instance.ts';
import { instancesOfDocument, parseInstanceLines } from '../../../../emitter/discovery/instance-list.ts';

const SEVEN = { host: '10.0.0.7', port: 8080, weight: 3 };

test('lines, remarks and empty lines', () => {
  expect(parseInstanceLines('# bench\n10.0.0.7:8080 weight=3 # strong\n\n[2001:db8::7]:80\r\n')).toEqual([
    SEVEN,
    { host: '2001:db8::7', port: 80, weight: 1 },
  ]);
});

test.each([
  ['10.0.0.7', 'line 1: "10.0.0.7" is not host:port or host:port weight=N'],
  ['a:1\nb:70000', 'line 2: "b:70000": ports are 1 to 65535'],
  ['a:1 weight=-1', 'line 1: "a:1 weight=-1": a weight is 0, or from 0.001 to 1,000,000'],
  ['[10.0.0.7]:80', 'line 1: "[10.0.0.7]:80": 10.0.0.7 is no IPv6 address'],
  ['[12:34]:80', 'line 1: "[12:34]:80": 12:34 is no IPv6 address'],
  ['http://a:1', 'line 1: "http://a:1" is not host:port or host:port weight=N'],
])('%s', (text, fault) => {
  const found = parseInstanceLines(text);
  expect(typeof found === 'string' ? found : 'taken').toBe(fault);
});

test('a document: a list, or lists by service', () => {
  expect(instancesOfDocument(['10.0.0.7:8080 weight=3'], undefined)).toEqual([SEVEN]);
  expect(instancesOfDocument([SEVEN], 'whatever')).toEqual([SEVEN]);
  expect(instancesOfDocument({ shop: [SEVEN], other: [] }, 'shop')).toEqual([SEVEN]);
  expect(instancesOfDocument({ shop: [SEVEN] }, undefined)).toEqual([SEVEN]);
  expect(instancesOfDocument(null, undefined)).toEqual([]);
});

test.each([
  [{ shop: [], other: [] }, undefined, 'it holds several services, and none is named: shop, other'],
  [{ shop: [] }, 'shoop', 'it holds no service shoop: shop'],
  [{ shop: 3 }, 'shop', 'shop: not a list of instances'],
  [3, undefined, 'neither a list of instances nor lists by service'],
  [
    [{ host: 'a', port: 1, wieght: 2 }],
    undefined,
    'entry 1: {"host":"a","port":1,"wieght":2}: there is no wieght; an instance has host, port and weight',
  ],
  [[{ port: 1 }], undefined, 'entry 1: {"port":1} has no host'],
  [[{ host: 'a', port: 'x' }], undefined, 'entry 1: {"host":"a","port":"x"}: ports are 1 to 65535'],
])('%j of %s', (document, service, fault) => {
  expect(instancesOfDocument(document, service)).toBe(fault);
});

test('an instance as a target', () => {
  const instance = parseInstance('[2001:db8::7]:80 weight=2');
  if (typeof instance === 'string') throw new Error(instance);
  expect(instanceTarget(instance, 'http')).toEqual({ to: 'http://[2001:db8::7]:80', weight: 2 });
});
