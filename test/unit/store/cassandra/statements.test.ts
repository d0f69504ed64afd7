import { expect, test } from 'vitest';
import { BucketRange } from '../../../../store/cassandra/bucket.ts';
import { isTableName, tableName } from '../../../../store/cassandra/statements.ts';

test('names of tables fit into 48 characters and are known again', () => {
  const name = tableName(`20261121T100000Z.${'g'.repeat(40)}`, '0123456789abcdef0123456789abcdef');
  expect(name).toBe('b_20261121t100000z_0123456789abcdef');
  expect(isTableName(name)).toBe(true);
  expect(isTableName('segments')).toBe(false);
});

test('only the first and the last bucket of a range are taken in part', () => {
  const range = new BucketRange({ from: Buffer.from('bucket-1rest'), to: Buffer.from('bucket-3end') });
  expect(range.restsOf(Buffer.from('bucket-1'))).toEqual({ from: Buffer.from('rest') });
  expect(range.restsOf(Buffer.from('bucket-2'))).toEqual({ from: Buffer.alloc(0) });
  expect(range.restsOf(Buffer.from('bucket-3'))).toEqual({ from: Buffer.alloc(0), to: Buffer.from('end') });
});
