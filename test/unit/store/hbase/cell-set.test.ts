import { expect, test } from 'vitest';
import { decodeCellSet, decodeScan, encodeCellSet, type RowCell } from '../../../../store/hbase/cell-set.ts';

const cell = (row: string, byteCount: number): RowCell => ({ row, data: Buffer.alloc(byteCount, row) });
const read = (rows: ReturnType<typeof decodeScan>): [string, number][] | undefined =>
  rows?.map(({ row, data }) => [row.toString(), data.length]);

/** As a gateway answers a scan: messages behind the lower 16 bits of their lengths. */
function streamed(...messages: RowCell[][]): Buffer {
  return Buffer.concat(
    messages.flatMap((cells) => {
      const bytes = encodeCellSet(cells);
      return [Buffer.of((bytes.length >> 8) & 0xff, bytes.length & 0xff), bytes];
    }),
  );
}

test('rows come back as they were written, of every length of a length', () => {
  const cells = [0, 1, 100, 127, 128, 16_383, 16_384, 70_000].map((size, i) => cell(`00${i}a`, size));
  expect(decodeCellSet(encodeCellSet(cells))?.map(({ row, data }) => ({ row: row.toString(), data }))).toEqual(cells);
});

test('a scan is cut where its lost lengths say, in messages beyond 64 KiB too', () => {
  const [large, small] = [[cell('00aa', 40_000), cell('00ab', 40_000)], [cell('00ac', 3)]];
  expect(read(decodeScan(streamed(large, small, large)))?.map(([row]) => row)).toEqual([
    '00aa',
    '00ab',
    '00ac',
    '00aa',
    '00ab',
  ]);
  expect(decodeScan(Buffer.alloc(0))).toEqual([]);
});

test('a length that agrees by chance within a message ends nothing', () => {
  for (let size = 65_000; size < 65_600; size++) {
    const cells = [cell('00aa', size), cell('00ab', 10), cell('00ac', size), cell('00ad', 0)];
    expect(read(decodeScan(streamed(cells, cells)))?.length).toBe(8);
  }
});

test('bytes that are no rows are told, and end in time', () => {
  const bytes = streamed([cell('00aa', 50), cell('00ab', 50)]);
  for (let at = 1; at < bytes.length; at++) expect(() => decodeScan(bytes.subarray(0, at))).not.toThrow();
  expect(decodeCellSet(Buffer.from('<html>'))).toBeUndefined();
  expect(decodeScan(Buffer.from('<html>no gateway</html>'))).toBeUndefined();
  expect(decodeCellSet(Buffer.alloc(40, 0xff))).toBeUndefined();
});
