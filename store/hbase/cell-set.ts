/**
 * Rows of HBase as its REST gateway speaks of them: the protobuf message `CellSet`.
 *
 *     CellSet  1: Row …        Row  1: key   2: Cell …        Cell  2: column   3: timestamp   4: data
 *
 * A row here has one cell, in the column `b:v`. What answers a scan is several such messages, each behind its length as
 * a u16, big-endian, of which the bits above the 16th are lost:
 *
 *     +---------------+---------------+---------------+---------
 *     | length % 2^16 | CellSet       | length % 2^16 | CellSet …
 *     +---------------+---------------+---------------+---------
 *
 * A message ends where its length agrees and a row begins two bytes later. That is never so where another row of the
 * same message begins, because keys are text: a row is `0a LENGTH 0a KEY-LENGTH KEY`; for a row to begin two bytes
 * behind it, `LENGTH` would have to hold 0a in its second byte and the key's first character be less than a digit.
 *
 * Source: HBase 2.6, `CellSetMessage.proto`, `CellMessage.proto`; its streaming output of scans.
 */
import type { ByteCount } from '../../core/index.ts';

export interface RowCell {
  /** Text, see `row-key.ts`. */
  readonly row: string;
  readonly data: Uint8Array;
}

export interface ReadRow {
  readonly row: Buffer;
  readonly data: Buffer;
}

export const FAMILY = 'b';
const COLUMN = Buffer.from(`${FAMILY}:v`);
const TAG = { row: 0x0a, key: 0x0a, cell: 0x12, column: 0x12, data: 0x22 } as const;
const WIRE_TYPE = { varint: 0, bytes: 2 } as const;

export function encodeCellSet(cells: readonly RowCell[]): Buffer {
  let byteCount = 0;
  for (const cell of cells) byteCount += fieldBytes(rowBytes(cell));
  const bytes = Buffer.allocUnsafe(byteCount);
  let at = 0;
  for (const cell of cells) {
    at = writeHead(bytes, at, TAG.row, rowBytes(cell));
    at = writeHead(bytes, at, TAG.key, cell.row.length);
    at += bytes.write(cell.row, at, 'latin1');
    at = writeHead(bytes, at, TAG.cell, cellBytes(cell));
    at = writeHead(bytes, at, TAG.column, COLUMN.length);
    at += COLUMN.copy(bytes, at);
    at = writeHead(bytes, at, TAG.data, cell.data.length);
    bytes.set(cell.data, at);
    at += cell.data.length;
  }
  return bytes;
}

/** @returns the rows as views, or undefined for bytes that are no such message */
export function decodeCellSet(bytes: Buffer): readonly ReadRow[] | undefined {
  const rows: ReadRow[] = [];
  for (let at = 0; at < bytes.length; ) {
    const found = readRow(bytes, at);
    if (found === undefined) return undefined;
    rows.push(found);
    at = found.end;
  }
  return rows;
}

/** @returns the rows that answer a scan as views, or undefined for bytes that are none */
export function decodeScan(bytes: Buffer): readonly ReadRow[] | undefined {
  const rows: ReadRow[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + 2 > bytes.length) return undefined;
    const length = bytes.readUInt16BE(at);
    const start = at + 2;
    at = start;
    for (;;) {
      const agrees = (at - start) % 0x1_0000 === length;
      if (agrees && (at === bytes.length || readRow(bytes, at + 2) !== undefined)) break;
      const found = readRow(bytes, at);
      if (found === undefined) return undefined;
      rows.push(found);
      at = found.end;
    }
  }
  return rows;
}

function cellBytes(cell: RowCell): ByteCount {
  return fieldBytes(COLUMN.length) + fieldBytes(cell.data.length);
}

function rowBytes(cell: RowCell): ByteCount {
  return fieldBytes(cell.row.length) + fieldBytes(cellBytes(cell));
}

/** Bytes of a field of so many bytes, its tag and its length included. */
function fieldBytes(byteCount: ByteCount): ByteCount {
  let head = 2;
  for (let rest = byteCount; rest > 0x7f; rest = Math.floor(rest / 0x80)) head++;
  return head + byteCount;
}

function writeHead(bytes: Buffer, at: number, tag: number, byteCount: ByteCount): number {
  bytes[at++] = tag;
  let rest = byteCount;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80;
  bytes[at++] = rest;
  return at;
}

/** A field of bytes. */
interface Field {
  readonly tag: number;
  /** Of its bytes; equal to `end` for a field of another kind, which is passed over. */
  readonly start: number;
  readonly end: number;
}

function readRow(bytes: Buffer, at: number): (ReadRow & { readonly end: number }) | undefined {
  if (bytes[at] !== TAG.row) return undefined;
  const outer = readField(bytes, at, bytes.length);
  if (outer === undefined) return undefined;
  const key = readField(bytes, outer.start, outer.end);
  if (key === undefined || key.tag !== TAG.key || !isText(bytes, key)) return undefined;
  let data = bytes.subarray(0, 0);
  for (let inner = key.end; inner < outer.end; ) {
    const cell = readField(bytes, inner, outer.end);
    if (cell === undefined || cell.tag !== TAG.cell) return undefined;
    for (let part = cell.start; part < cell.end; ) {
      const field = readField(bytes, part, cell.end);
      if (field === undefined) return undefined;
      if (field.tag === TAG.data) data = bytes.subarray(field.start, field.end);
      part = field.end;
    }
    inner = cell.end;
  }
  return { row: bytes.subarray(key.start, key.end), data, end: outer.end };
}

function isText(bytes: Buffer, { start, end }: Field): boolean {
  if (start === end) return false;
  for (let at = start; at < end; at++) {
    if ((bytes[at] as number) < 0x30 || (bytes[at] as number) > 0x7a) return false;
  }
  return true;
}

function readField(bytes: Buffer, at: number, limit: number): Field | undefined {
  const tag = bytes[at];
  if (tag === undefined || at >= limit) return undefined;
  let [value, scale, next] = [0, 1, at + 1];
  for (let count = 0; ; count++) {
    const byte = bytes[next++];
    if (byte === undefined || next > limit || count > 9) return undefined;
    value += (byte & 0x7f) * scale;
    scale *= 0x80;
    if (byte < 0x80) break;
  }
  switch (tag & 7) {
    case WIRE_TYPE.bytes:
      return next + value <= limit ? { tag, start: next, end: next + value } : undefined;
    case WIRE_TYPE.varint:
      return { tag, start: next, end: next };
    default:
      return undefined;
  }
}
