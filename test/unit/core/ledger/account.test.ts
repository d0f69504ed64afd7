import { expect, test } from 'vitest';
import { Account } from '../../../../core/index.ts';

test('a group from which all was taken back is not told as an empty one', () => {
  const account = new Account('index', 'indexed');
  account.setAside('waiting', 'for-the-next-run', 0);
  expect(account.report().aside).toEqual({});
  account.setAside('waiting', 'for-the-next-run', 3);
  account.setAside('waiting', 'for-the-next-run', -3);
  expect(account.report()).toMatchObject({ aside: {}, balanced: true });
});
