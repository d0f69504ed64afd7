import { expect, test } from 'vitest';
import { IDLE_LIMIT_MS, IdleLimit } from '../../../../emitter/connection/idle-limit.ts';

test('a peer that closes early makes it shorter, never longer, and not below a second', () => {
  const limit = new IdleLimit();
  expect(limit.micros).toBe(IDLE_LIMIT_MS * 1000);
  limit.peerClosedAfter(3_000_000);
  expect(limit.micros).toBe(2_400_000);
  limit.peerClosedAfter(60_000_000);
  expect(limit.micros).toBe(2_400_000);
  limit.peerClosedAfter(10_000);
  expect(limit.micros).toBe(1_000_000);
});
