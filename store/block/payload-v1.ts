/**
 * What a block of version 1 holds once it is unpacked: exchanges behind the table of their ends. Read for good, no longer
 * written.
 *
 *     +--------------------------+------------+------------+---
 *     | end of each: count × u32 | exchange 0 | exchange 1 | …     ends count from the start of exchange 0, little-endian
 *     +--------------------------+------------+------------+---
 *
 * Exchanges are as `core/schema/exchange.proto` has them.
 */
import { decodeExchange, type Exchange } from '../../core/index.ts';
import { notAPayload } from './numbers.ts';
import { isWanted } from './payload.ts';

/** @throws BytecopyError `STORE_CORRUPT_BLOCK`, `SCHEMA_INVALID` @returns the exchanges of the positions whose bits are set */
export function unpackPayloadV1(payload: Buffer, count: number, low: number, high: number): readonly Exchange[] {
  const bodies = count * 4;
  if (payload.length < bodies) throw notAPayload(`${count} exchanges announced in ${payload.length} bytes`);
  const exchanges: Exchange[] = [];
  let start = bodies;
  for (let position = 0; position < count; position++) {
    const end = bodies + payload.readUInt32LE(position * 4);
    if (end < start || end > payload.length) throw notAPayload(`exchange ${position} ends at ${end - bodies}`);
    if (isWanted(position, low, high)) exchanges.push(decodeExchange(payload.subarray(start, end)));
    start = end;
  }
  return exchanges;
}
