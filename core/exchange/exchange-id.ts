/**
 * Exchange id: finds its own place in the store, because it begins with the time.
 *
 *   time, µs since the epoch   flow id          stream offset   index
 *   14 hex digits            - 16 hex digits  - 12 hex digits - 2 hex digits
 *
 * Time and offset are those of the request's first byte; for a lone response they are the response's, and bit 7 of the
 * index is set. The index counts exchanges that begin at the same byte. Text order is time order.
 */
import { BytecopyError } from '../errors.ts';
import type { FlowId } from '../flow/flow-id.ts';
import type { Micros, StreamOffset } from '../units.ts';

export interface ExchangeId {
  readonly at: Micros;
  readonly flow: FlowId;
  readonly offset: StreamOffset;
  readonly index: number;
}

/** Set in the index when the offset counts bytes from server to client. */
export const LONE_RESPONSE_INDEX = 0x80;

/** Three hexadecimal digits of 0 to 4095. */
const HEX_DIGITS = Array.from({ length: 4096 }, (_, i) => i.toString(16).padStart(3, '0'));

/** Digits of the time but the last three, which change every 4 ms: ids are formatted in nearly the order of time. */
let knownHigh = 0;
let knownHighDigits = '00000000000';

const FORM = /^([0-9a-f]{14})-([0-9a-f]{16})-([0-9a-f]{12})-([0-9a-f]{2})$/;

export function formatExchangeId(id: ExchangeId): string {
  const { at, flow, offset, index } = id;
  const high = Math.floor(at / 4096);
  if (high !== knownHigh) {
    knownHigh = high;
    knownHighDigits = high.toString(16).padStart(11, '0');
  }
  const last = HEX_DIGITS[at - high * 4096];
  // Numbers above 2^31 have a slow `toString(16)`, and every piece of text costs: nearly all streams are short.
  if (offset < 2 ** 24 && index === 0) return `${knownHighDigits}${last}-${flow}-000000${hex24(offset)}-00`;
  const highOffset = Math.floor(offset / 2 ** 24);
  return `${knownHighDigits}${last}-${flow}-${hex24(highOffset)}${hex24(offset % 2 ** 24)}-${hex8(index)}`;
}

/** @throws BytecopyError `EXCHANGE_ID_INVALID` (exit code 2) when the text is not an id */
export function parseExchangeId(text: string): ExchangeId {
  const match = FORM.exec(text);
  if (match === null) {
    throw new BytecopyError('EXCHANGE_ID_INVALID', `"${text}" is not an exchange id`, {
      hint: 'an id looks like 0641c9a5b2e3f0-9f86d081884c7d65-00000000004a-00; `bytecopy find` prints them',
      exitCode: 2,
    });
  }
  const [, at, flow, offset, index] = match as unknown as [string, string, string, string, string];
  return { at: Number.parseInt(at, 16), flow, offset: Number.parseInt(offset, 16), index: Number.parseInt(index, 16) };
}

/** Order of time, then of flow, offset and index; 0 only for equal ids. */
export function compareExchangeIds(one: ExchangeId, other: ExchangeId): number {
  if (one.at !== other.at) return one.at - other.at;
  if (one.flow !== other.flow) return one.flow < other.flow ? -1 : 1;
  return one.offset - other.offset || one.index - other.index;
}

function hex24(value: number): string {
  return `${HEX_DIGITS[value >>> 12]}${HEX_DIGITS[value & 0xfff]}`;
}

function hex8(value: number): string {
  return value.toString(16).padStart(2, '0');
}
