/**
 * The entries of a group, all of them checked (`checked-entry.ts`):
 *
 *     field       value in the key       content
 *     1 to 15     a value of the field   a list of blocks and positions (`block-positions.ts`): a posting
 *     latencies   none                   a mark an exchange (`position-marks.ts`); absent where none has one
 *     sessions    none                   the same
 *     outline     none                   the keys of the blocks (`group-outline.ts`)
 *
 * Trace ids of 32 or 16 hexadecimal digits are kept as their bytes under a field number of their own. The entries of one
 * value are in the order of the slices, so that conditions are intersected and united while they stream.
 */
import type { IndexDocument } from '../../core/index.ts';
import type { BlockGroup } from './block-group.ts';
import { MAX_LISTED_BYTES, writePositions } from './block-positions.ts';
import { EntryBuffer } from './checked-entry.ts';
import { OUTLINE_BYTES, writeOutline } from './group-outline.ts';
import { GroupTerms } from './group-terms.ts';
import { LATENCY_MARK_BYTES, latencyMark } from './latency-marks.ts';
import { maxMarkBytes, writeMarks } from './position-marks.ts';
import { LATENCIES_PREFIX, OUTLINE_PREFIX, POSTING_FIELDS, SESSIONS_PREFIX } from './posting-fields.ts';
import { SESSION_MARK_BYTES, sessionMark } from './session-marks.ts';

const terms = new GroupTerms();
const buffer = new EntryBuffer();
const marks = new Uint16Array(64);
const PACKED_TRACE: number = POSTING_FIELDS.packedTrace;

/** @param take called with key and value of each entry; both are borrowed for the call */
export function forEachEntry(group: BlockGroup, take: (key: Buffer, value: Buffer) => void): void {
  const { slice, entries } = group;
  buffer.begin();
  terms.begin();
  for (let block = 0; block < entries.length; block++) terms.add(block, documentsOf(group, block));
  terms.forEach((prefix, listed) => {
    buffer.beginEntry(prefix, slice, (listed.length / 3) * MAX_LISTED_BYTES);
    for (let i = 0; i < listed.length; i += 3) {
      writeBlock(listed[i] as number, listed[i + 1] as number, listed[i + 2] as number);
    }
    buffer.endEntry();
  });
  terms.forEachTrace((digits, prefix, exchanges) => {
    const maxBytes = typeof exchanges === 'number' ? 2 : exchanges.length * MAX_LISTED_BYTES;
    if (prefix === undefined) buffer.beginHexEntry(PACKED_TRACE, digits, slice, maxBytes);
    else buffer.beginEntry(prefix, slice, maxBytes);
    writeExchanges(exchanges);
    buffer.endEntry();
  });
  writeMarkEntry(group, SESSIONS_PREFIX, SESSION_MARK_BYTES, takeSessionMarks);
  writeMarkEntry(group, LATENCIES_PREFIX, LATENCY_MARK_BYTES, takeLatencyMarks);
  buffer.beginEntry(OUTLINE_PREFIX, slice, entries.length * OUTLINE_BYTES);
  for (const { block, documents } of entries) {
    buffer.at = writeOutline(buffer.bytes, buffer.at, block, documents.length);
  }
  buffer.endEntry();
  buffer.finish(entries.length, take);
}

/** Takes the mark of each session into `into`. @returns whether there is one */
export function takeSessionMarks(documents: readonly IndexDocument[], into: Uint16Array): boolean {
  let [lastSession, lastMark] = ['', 0];
  let isAny = false;
  for (let position = 0; position < documents.length; position++) {
    const { session } = documents[position] as IndexDocument;
    if (session !== lastSession) {
      lastSession = session;
      lastMark = sessionMark(session);
    }
    into[position] = lastMark;
    if (lastMark !== 0) isAny = true;
  }
  return isAny;
}

/** Takes the mark of each latency into `into`. @returns whether there is one */
export function takeLatencyMarks(documents: readonly IndexDocument[], into: Uint16Array): boolean {
  let isAny = false;
  for (let position = 0; position < documents.length; position++) {
    const { latencyMicros } = documents[position] as IndexDocument;
    into[position] = latencyMicros === undefined ? 0 : latencyMark(latencyMicros);
    if (latencyMicros !== undefined) isAny = true;
  }
  return isAny;
}

function writeMarkEntry(group: BlockGroup, prefix: Buffer, width: number, takeMarks: typeof takeSessionMarks): void {
  const { slice, entries } = group;
  if (!entries.some(({ documents }) => takeMarks(documents, marks))) return;
  let maxBytes = 0;
  for (const { documents } of entries) maxBytes += maxMarkBytes(documents.length, width);
  buffer.beginEntry(prefix, slice, maxBytes);
  for (const { documents } of entries) {
    takeMarks(documents, marks);
    buffer.at = writeMarks(buffer.bytes, buffer.at, marks, documents.length, width);
  }
  buffer.endEntry();
}

function documentsOf(group: BlockGroup, block: number): readonly IndexDocument[] {
  return (group.entries[block] as BlockGroup['entries'][number]).documents;
}

function writeBlock(block: number, low: number, high: number): void {
  buffer.at = writePositions(buffer.bytes, buffer.at, block, low, high);
}

function writeExchanges(exchanges: number | readonly number[]): void {
  if (typeof exchanges === 'number') {
    buffer.bytes[buffer.at] = exchanges >>> 6;
    buffer.bytes[buffer.at + 1] = exchanges & 63;
    buffer.at += 2;
    return;
  }
  for (let i = 0; i < exchanges.length; ) {
    const block = (exchanges[i] as number) >>> 6;
    let [low, high] = [0, 0];
    for (; i < exchanges.length && (exchanges[i] as number) >>> 6 === block; i++) {
      const position = (exchanges[i] as number) & 63;
      if (position < 32) low |= 1 << position;
      else high |= 1 << (position - 32);
    }
    writeBlock(block, low, high);
  }
}
