/**
 * The header in front of a message: THeader (Apache, Facebook), TTHeader and MeshHeader (Kitex).
 *
 *     THeader   length (4)  0F FF  flags (2)  sequence (4)  size/4 (2) | protocol, transforms, infos, padding | payload
 *     TTHeader  length (4)  10 00  flags (2)  sequence (4)  size/4 (2) | protocol, transforms, infos, padding | payload
 *     Mesh      FF AF  size (2) | count (2), key and value … | payload, framed or not
 *
 *     info, THeader    01 | 02 (persistent)  count, key and value …          numbers and lengths are varints
 *     info, TTHeader   01  count (2), key and value …                        lengths are 2 octets
 *                      10  count (2), key (2) and value …
 *                      11  token
 *
 * Sources: Apache Thrift HeaderFormat.md; the TTHeader description of CloudWeGo.
 */
import { OctetCursor } from './octet-cursor.ts';

export const THEADER_MAGIC = 0x0fff;
export const TTHEADER_MAGIC = 0x1000;
export const MESH_MAGIC = 0xffaf;

const INFO = { padding: 0x00, text: 0x01, persistent: 0x02, integer: 0x10, token: 0x11 } as const;

export type HeaderKind = 'theader' | 'ttheader' | 'mesh';
export type HeaderPlace = 'text' | 'persistent' | 'integer' | 'token';

/** One key of a header, with its place in the captured bytes. */
export interface HeaderEntry {
  readonly place: HeaderPlace;
  /** Text keys as sent; the name of a well-known integer key; `token`; otherwise the number. */
  readonly name: string;
  /** Of an integer key. */
  readonly number: number | undefined;
  readonly value: string;
  readonly start: number;
  /** Position of the length of the value. */
  readonly valueAt: number;
  readonly valueStart: number;
  readonly end: number;
}

/** A run of entries of one place, after one count. */
export interface HeaderBlock {
  readonly place: HeaderPlace;
  /** Position of the info id; for MeshHeader that of the count. */
  readonly start: number;
  readonly countAt: number;
  readonly countEnd: number;
  readonly entries: readonly HeaderEntry[];
  readonly end: number;
}

export interface HeaderSection {
  readonly kind: HeaderKind;
  /** Positions of the octets that the size field counts. */
  readonly start: number;
  readonly end: number;
  readonly flags: number;
  readonly sequenceId: number | undefined;
  readonly protocolId: number;
  readonly transforms: readonly number[];
  readonly blocks: readonly HeaderBlock[];
  /** Behind the last info. */
  readonly contentEnd: number;
  readonly problem: string;
}

/** Names of integer keys as in Kitex (`transmeta`), by number. */
const INTEGER_KEYS = [
  'MeshVersion',
  'TransportType',
  'LogID',
  'FromService',
  'FromCluster',
  'FromIDC',
  'ToService',
  'ToCluster',
  'ToIDC',
  'ToMethod',
  'Env',
  'DestAddress',
  'RPCTimeout',
  'ReadTimeout',
  'RingHashKey',
  'DDPTag',
  'WithMeshHeader',
  'ConnectTimeout',
  'SpanContext',
  'ShortConnection',
  'FromMethod',
  'StressTag',
  'MsgType',
  'HTTPContentType',
  'RawRingHashKey',
  'LBType',
] as const;

/** @param at position of the magic, behind the frame length where there is one */
export function readHeaderSection(bytes: Uint8Array, at: number, kind: HeaderKind): HeaderSection {
  return kind === 'mesh' ? readMeshHeader(bytes, at) : readFrameHeader(bytes, at, kind);
}

function readFrameHeader(bytes: Uint8Array, at: number, kind: 'theader' | 'ttheader'): HeaderSection {
  const fixed = new OctetCursor(bytes, at + 2);
  const flags = fixed.u16();
  const sequenceId = fixed.i32();
  const size = fixed.u16() * 4;
  const start = fixed.at;
  const problem = fixed.count(size, 1) === size ? '' : 'header-beyond-message';
  const end = Math.min(bytes.length, start + size);
  const cursor = new OctetCursor(bytes, start, end);
  const readNumber = kind === 'theader' ? () => cursor.varint32() : () => cursor.u8();
  const protocolId = readNumber();
  const transformCount = cursor.count(readNumber(), 1);
  const transforms: number[] = [];
  for (let i = 0; i < transformCount && !cursor.failed; i++) transforms.push(readNumber());
  const blocks: HeaderBlock[] = [];
  let contentEnd = cursor.at;
  while (cursor.left > 0) {
    const infoAt = cursor.at;
    const info = readNumber();
    if (info === INFO.padding) {
      if (kind === 'theader') break;
      continue;
    }
    const block = kind === 'theader' ? varintBlock(cursor, info, infoAt) : shortBlock(cursor, info, infoAt);
    if (block === undefined) break;
    blocks.push(block);
    contentEnd = block.end;
  }
  const found = problem === '' ? cursor.problem : problem;
  return { kind, start, end, flags, sequenceId, protocolId, transforms, blocks, contentEnd, problem: found };
}

function readMeshHeader(bytes: Uint8Array, at: number): HeaderSection {
  const fixed = new OctetCursor(bytes, at + 2);
  const size = fixed.u16();
  const start = fixed.at;
  const problem = fixed.count(size, 1) === size ? '' : 'header-beyond-message';
  const end = Math.min(bytes.length, start + size);
  const cursor = new OctetCursor(bytes, start, end);
  const blocks = size === 0 ? [] : [shortEntries(cursor, 'text', start)];
  return {
    kind: 'mesh',
    start,
    end,
    flags: 0,
    sequenceId: undefined,
    protocolId: 0,
    transforms: [],
    blocks,
    contentEnd: cursor.at,
    problem: problem === '' ? cursor.problem : problem,
  };
}

function varintBlock(cursor: OctetCursor, info: number, start: number): HeaderBlock | undefined {
  if (info !== INFO.text && info !== INFO.persistent) {
    cursor.fail('unknown-header-info');
    return undefined;
  }
  const place = info === INFO.text ? 'text' : 'persistent';
  const countAt = cursor.at;
  const count = cursor.count(cursor.varint32(), 2);
  const countEnd = cursor.at;
  const entries: HeaderEntry[] = [];
  for (let i = 0; i < count && !cursor.failed; i++) {
    const entryAt = cursor.at;
    const name = textAt(cursor, cursor.varint32());
    const value = valueAt(cursor, () => cursor.varint32());
    if (!cursor.failed) entries.push({ place, name, number: undefined, start: entryAt, ...value });
  }
  return { place, start, countAt, countEnd, entries, end: cursor.at };
}

function shortBlock(cursor: OctetCursor, info: number, start: number): HeaderBlock | undefined {
  switch (info) {
    case INFO.text:
      return shortEntries(cursor, 'text', start);
    case INFO.integer:
      return shortEntries(cursor, 'integer', start);
    case INFO.token: {
      const value = valueAt(cursor, () => cursor.u16());
      const entry = { place: 'token', name: 'token', number: undefined, start, ...value } as const;
      return {
        place: 'token',
        start,
        countAt: value.valueAt,
        countEnd: value.valueAt,
        entries: [entry],
        end: cursor.at,
      };
    }
    default:
      cursor.fail('unknown-header-info');
      return undefined;
  }
}

function shortEntries(cursor: OctetCursor, place: 'text' | 'integer', start: number): HeaderBlock {
  const countAt = cursor.at;
  const count = cursor.count(cursor.u16(), 4);
  const countEnd = cursor.at;
  const entries: HeaderEntry[] = [];
  for (let i = 0; i < count && !cursor.failed; i++) {
    const entryAt = cursor.at;
    const number = place === 'integer' ? cursor.u16() : undefined;
    const name = number === undefined ? textAt(cursor, cursor.u16()) : (INTEGER_KEYS[number] ?? String(number));
    const value = valueAt(cursor, () => cursor.u16());
    if (!cursor.failed) entries.push({ place, name, number, start: entryAt, ...value });
  }
  return { place, start, countAt, countEnd, entries, end: cursor.at };
}

function valueAt(
  cursor: OctetCursor,
  readLength: () => number,
): Pick<HeaderEntry, 'value' | 'valueAt' | 'valueStart' | 'end'> {
  const at = cursor.at;
  const byteCount = readLength();
  const valueStart = cursor.at;
  return { value: textAt(cursor, byteCount), valueAt: at, valueStart, end: cursor.at };
}

function textAt(cursor: OctetCursor, byteCount: number): string {
  const at = cursor.take(byteCount);
  return at === undefined ? '' : cursor.bytes.toString('utf8', at, at + byteCount);
}
