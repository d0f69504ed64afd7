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
