import { expect, test } from 'vitest';
import { blockRow, keyOfRow, rowBefore, rowBehind, shardRows } from '../../../../store/hbase/row-key.ts';

test('a key comes back from its row, and lies in its shard', () => {
  const key = Buffer.of(0x00, 0x2f, 0xff);
  const row = blockRow(key, 4);
  expect(keyOfRow(Buffer.from(row))).toEqual(key);
  const shard = Number.parseInt(row.slice(0, 2), 16);
  const { from, to } = shardRows(shard, undefined, undefined);
  expect(from <= row && row < to).toBe(true);
});

test('nothing lies between a row and what is before or behind it', () => {
  const rows = ['0000', '0000ff', '0001', '00ff', '00ff00', '0100'];
  for (const row of rows) {
    expect(rows.filter((other) => other > rowBehind(row))).toEqual(rows.filter((other) => other > row));
    expect(rows.filter((other) => other < rowBefore(row))).toEqual(rows.filter((other) => other < row));
  }
});
