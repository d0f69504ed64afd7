import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeRecord, encodeRecord, MissedLog, type MissedRecord } from '../../../../store/write/missed-log.ts';
import { emptyFolder, LATER_SEGMENT, SEGMENT } from '../../../support/store/index.ts';

const keys = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text, 'latin1'));
const RECORDS: MissedRecord[] = [
  { what: 'missed', segment: SEGMENT, keys: keys('aaa', 'bbb', '\u0000ÿ\u0000') },
  { what: 'indexed', segment: SEGMENT, keys: keys('bbb') },
  { what: 'segment-missed', segment: `${LATER_SEGMENT}.bulk` },
  { what: 'segment-indexed', segment: LATER_SEGMENT },
];

async function recordsOf(path: string): Promise<MissedRecord[]> {
  const records: MissedRecord[] = [];
  const log = await MissedLog.open(path, (record) => records.push(record));
  await log.close();
  return records;
}

async function written(): Promise<string> {
  const path = join(await emptyFolder(), 'missed.log');
  const log = await MissedLog.open(path, () => {});
  await log.append(RECORDS.slice(0, 2));
  await log.append(RECORDS.slice(2));
  await log.close();
  return path;
}

test('records come back as they were written, in order', async () => {
  expect(await recordsOf(await written())).toEqual(RECORDS);
});

test('a log cut at any byte gives the records before, and is written on behind them', async () => {
  const whole = await readFile(await written());
  const path = join(await emptyFolder(), 'missed.log');
  for (let cut = 0; cut < whole.length; cut++) {
    await writeFile(path, whole.subarray(0, cut));
    const before = await recordsOf(path);
    expect(before).toEqual(RECORDS.slice(0, before.length));
    const log = await MissedLog.open(path, () => {});
    await log.append([RECORDS[3] as MissedRecord]);
    await log.close();
    expect(await recordsOf(path)).toEqual([...before, RECORDS[3]]);
  }
});

test('any byte flipped: a record less, never another one', () => {
  const bytes = encodeRecord(RECORDS[0] as MissedRecord);
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ 0x21;
    expect(decodeRecord(flipped)).toBeUndefined();
  }
});

test('replaced as a whole it says nothing else', async () => {
  const path = await written();
  const log = await MissedLog.open(path, () => {});
  await log.replace([RECORDS[2] as MissedRecord]);
  await log.append([RECORDS[0] as MissedRecord]);
  await log.close();
  expect(await recordsOf(path)).toEqual([RECORDS[2], RECORDS[0]]);
});

test('a newer form is refused, exit code 2', async () => {
  const path = await written();
  const bytes = await readFile(path);
  bytes[4] = 2;
  await writeFile(path, bytes);
  await expect(MissedLog.open(path, () => {})).rejects.toMatchObject({ code: 'STORE_NEWER', exitCode: 2 });
});

test('a flipped byte in the middle lost all records behind it', async () => {
  const whole = await readFile(await written());
  const path = join(await emptyFolder(), 'missed.log');
  const lengths = RECORDS.map((record) => encodeRecord(record).length);
  for (let at = 8; at < whole.length; at++) {
    const flipped = Buffer.from(whole);
    flipped[at] = (flipped[at] ?? 0) ^ 0x21;
    await writeFile(path, flipped);
    let end = 8;
    const hit = lengths.findIndex((length) => {
      end += length;
      return at < end;
    });
    const log = await MissedLog.open(path, () => {});
    expect(log.damaged).toBe(hit === RECORDS.length - 1 ? 0 : 1);
    await log.append([RECORDS[3] as MissedRecord]);
    await log.close();
    expect(await recordsOf(path)).toEqual([...RECORDS.filter((_, n) => n !== hit), RECORDS[3]]);
  }
});

test('a damaged record in front of megabytes of others is stepped over', async () => {
  const path = join(await emptyFolder(), 'missed.log');
  const log = await MissedLog.open(path, () => {});
  const many = Array.from({ length: 100 }, (_, n): MissedRecord => {
    const own = Array.from({ length: 4096 }, (_, k) => Buffer.from(`${n}:${k}`.padEnd(21, '.')));
    return { what: 'missed', segment: SEGMENT, keys: own };
  });
  await log.append(many);
  await log.close();
  const bytes = await readFile(path);
  // In the length of the 49th, which is beyond the first 4 MiB.
  const recordBytes = encodeRecord(many[0] as MissedRecord).length;
  const at = 8 + 48 * recordBytes;
  bytes[at + 1] = (bytes[at + 1] ?? 0) ^ 0xff;
  await writeFile(path, bytes);
  const found = await recordsOf(path);
  expect(found).toHaveLength(99);
  expect(found[48]).toEqual(many[49]);
});
