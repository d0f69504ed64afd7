/**
 * DNS over TCP: a length of two octets, then a message (RFC 1035, sections 4.1 and 4.2.2).
 *
 *   0        2    4       6         8         10        12         14
 *   +--------+----+-------+---------+---------+---------+----------+----------------------+--
 *   | length | id | flags | 1 query | answers | servers | additions| name 00, type, class | …
 *   +--------+----+-------+---------+---------+---------+----------+----------------------+--
 */
import { bigEndian16 } from './message-forms.ts';

/** `IN`, `CH`, `HS`, `NONE`, `ANY`; the top bit asks for unicast (RFC 6762). */
const CLASSES: ReadonlySet<number> = new Set([1, 3, 4, 254, 255]);

/** One question, opcode 0, 4 or 5, a name that is one, and a known class. @returns undefined while the question is not all there */
export function isDnsMessage(bytes: Uint8Array): boolean | undefined {
  const size = bigEndian16(bytes, 0);
  const opcode = ((bytes[4] as number) >> 3) & 0x0f;
  if (size < 17 || (opcode !== 0 && opcode !== 4 && opcode !== 5) || ((bytes[5] as number) & 0x40) !== 0) return false;
  let at = 14;
  for (let labels = 0; labels < 128; labels++) {
    const labelBytes = bytes[at];
    if (labelBytes === undefined) return undefined;
    if (labelBytes > 63) return false;
    at += 1 + labelBytes;
    if (at + 4 > size + 2) return false;
    if (labelBytes === 0) return bytes.length < at + 4 ? undefined : CLASSES.has(bigEndian16(bytes, at + 2) & 0x7fff);
  }
  return false;
}
