import { expect, test } from 'vitest';
import { MAX_PATHS, NetworkPaths } from '../../../../collector/decode/network-paths.ts';
import { Segment } from '../../../../collector/decode/segment.ts';

test('equal paths are the same object, others have other texts and hashes', () => {
  const paths = new NetworkPaths();
  const vlan = paths.enter(paths.outside, 'vlan', 12);
  const inner = paths.enter(vlan, 'vxlan', 7);
  expect([vlan.text, inner.text]).toEqual(['vlan:12', 'vlan:12/vxlan:7']);
  expect(paths.enter(paths.enter(paths.outside, 'vlan', 12), 'vxlan', 7)).toBe(inner);
  expect(paths.enter(paths.outside, 'mpls').text).toBe('mpls');
  const hashes = [vlan, inner, paths.enter(paths.outside, 'vxlan', 12), paths.outside].map(({ hash }) => hash);
  expect(new Set(hashes).size).toBe(4);
});

test('a key of 32 bits is told from none', () => {
  const paths = new NetworkPaths();
  expect(paths.enter(paths.outside, 'gre', 0xffffffff).text).toBe('gre:4294967295');
  expect(paths.enter(paths.outside, 'erspan').text).toBe('erspan');
  expect(paths.enter(paths.outside, 'erspan', 0).text).toBe('erspan:0');
});

test('the ends of a tunnel are named in one order, by unsigned words', () => {
  const paths = new NetworkPaths();
  const outer = new Segment();
  outer.source0 = 0xc0a80001 | 0;
  outer.destination0 = 0x0a000001;
  const there = paths.enterBetween(paths.outside, 'gre', outer);
  [outer.source0, outer.destination0] = [outer.destination0, outer.source0];
  expect(paths.enterBetween(paths.outside, 'gre', outer)).toBe(there);
  expect(there.text).toBe('gre:10.0.0.1-192.168.0.1');
});

test('paths that are made up without end do not stay, and equal ones keep their hash', () => {
  const paths = new NetworkPaths();
  const first = paths.enter(paths.outside, 'gre', 0);
  for (let key = 1; key <= MAX_PATHS; key++) paths.enter(paths.outside, 'gre', key);
  expect(paths.outside.longer.size).toBeLessThanOrEqual(MAX_PATHS);
  expect(paths.enter(paths.outside, 'gre', 0)).toEqual({ ...first, longer: new Map() });
});
