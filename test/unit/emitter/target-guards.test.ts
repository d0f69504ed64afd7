import { expect, test } from 'vitest';
import { parseTarget, TargetGuard } from '../../../emitter/target.ts';
import { TargetGuards } from '../../../emitter/target-guards.ts';
import { RECORDED_FLOW } from '../../support/emitter/recording.ts';

const RECORDED = expect.objectContaining({ code: 'REPLAY_TARGET_IS_RECORDED' });

function guardOf(port: number) {
  return new TargetGuard(parseTarget(`http://192.0.2.${port}:${port}`), [{ address: `192.0.2.${port}`, port }]);
}

const from = (port: number) => ({ ...RECORDED_FLOW, server: { address: `192.0.2.${port}`, port } });

test('what was recorded from any of the targets is refused', () => {
  const guards = new TargetGuards();
  guards.add(guardOf(1));
  guards.add(guardOf(2));
  guards.check(from(3), '');
  expect(() => guards.check(from(2), '')).toThrow(RECORDED);
  expect(() => guards.check(from(3), '192.0.2.1:1')).toThrow(RECORDED);
});

test('a target that comes later is refused where something recorded from it has passed, and checked against from then on', () => {
  const guards = new TargetGuards();
  guards.add(guardOf(1));
  for (const port of [3, 3, 4, 3]) guards.check(from(port), 'shop.example');
  expect(() => guards.add(guardOf(4))).toThrow(RECORDED);
  guards.add(guardOf(5));
  expect(() => guards.check(from(5), '')).toThrow(RECORDED);
  // The one that was refused is none of the targets.
  guards.check(from(4), '');
});

test('servers without end are remembered within bounds, the newest', () => {
  const guards = new TargetGuards();
  guards.check(from(9), '');
  for (let host = 0; host < 5_000; host++) guards.check(from(3), `host-${host}`);
  guards.add(guardOf(9));
  expect(() => guards.add(guardOf(3))).toThrow(RECORDED);
});
