/**
 * Packets → pcapng, µs resolution, least significant byte first, one section, one interface.
 *
 *     +------+--------+---------+------------------------+--------+
 *     | type | length | body …  | options: code, length, | length |     blocks, options and packets are padded to 32 bits
 *     | u32  | u32    |         | value …, 0 0           | u32    |
 *     +------+--------+---------+------------------------+--------+
 *
 * Source: draft-ietf-opsawg-pcapng, sections 3, 4.1 to 4.3.
 */
import type { Micros } from '../../core/index.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const OPTION = { end: 0, comment: 1, application: 4 } as const;
/** Option values have 16-bit lengths. */
const MAX_OPTION_BYTES = 0xffff;

/** Begins the file: what it is, said to whoever opens it. */
export function encodePcapngStart(linkType: number, application: string, comment: string): Uint8Array {
  const section = Buffer.alloc(16);
  section.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
  section.writeUInt16LE(1, 4);
  section.writeBigInt64LE(-1n, 8);
  const said = options([
    [OPTION.application, application],
    [OPTION.comment, comment],
  ]);
  const description = Buffer.alloc(8);
  description.writeUInt16LE(linkType, 0);
  return Buffer.concat([block(SECTION_HEADER, [section, said]), block(INTERFACE_DESCRIPTION, [description])]);
}

/** One whole packet. @param comment shown beside it; none where empty */
export function encodePcapngPacket(at: Micros, bytes: Uint8Array, comment = ''): Uint8Array {
  const head = Buffer.alloc(20);
  head.writeUInt32LE(Math.floor(at / 0x1_0000_0000), 4);
  head.writeUInt32LE(at % 0x1_0000_0000, 8);
  head.writeUInt32LE(bytes.length, 12);
  head.writeUInt32LE(bytes.length, 16);
  const said = comment === '' ? Buffer.alloc(0) : options([[OPTION.comment, comment]]);
  return block(ENHANCED_PACKET, [head, bytes, padding(bytes.length), said]);
}

function options(entries: readonly (readonly [number, string])[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const [code, text] of entries) {
    const value = Buffer.from(text).subarray(0, MAX_OPTION_BYTES);
    const head = Buffer.alloc(4);
    head.writeUInt16LE(code, 0);
    head.writeUInt16LE(value.length, 2);
    parts.push(head, value, padding(value.length));
  }
  return Buffer.concat([...parts, Buffer.alloc(4, OPTION.end)]);
}

function block(type: number, body: readonly Uint8Array[]): Buffer {
  const byteCount = body.reduce((sum, part) => sum + part.length, 12);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(byteCount, 4);
  return Buffer.concat([head, ...body, head.subarray(4)]);
}

function padding(byteCount: number): Buffer {
  return Buffer.alloc(-byteCount & 3);
}
