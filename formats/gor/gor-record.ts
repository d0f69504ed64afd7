/**
 * One record of GoReplay's `.gor`, versions 0.16 to 2.0.
 *
 *     +---------------------------------+----+-------------+-------------------------+
 *     | TYPE SP ID SP TIME [SP LATENCY] | LF | payload …   | LF 🐵🙈🙉 LF             |    no escaping, no header, no footer
 *     +---------------------------------+----+-------------+-------------------------+
 *
 * TYPE 1 is a request, 2 its recorded response, 3 the response of a replay. Times are nanoseconds. What TIME and
 * LATENCY of a response mean changed: see {@link responseTimes}. A payload that holds the separator cannot be written.
 */
import type { Micros } from '../../core/index.ts';

/** The line that ends a record, without the line feed before it. */
export const SEPARATOR_LINE: Buffer = Buffer.from('🐵🙈🙉\n');

export interface GorRecord {
  readonly type: '1' | '2' | '3';
  readonly id: string;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
  /** Nanoseconds; undefined where the record has three fields, or says -1. */
  readonly latency: bigint | undefined;
  readonly payload: Uint8Array;
}

const META = /^([123]) ([0-9A-Za-z_-]{1,128}) (\d{1,19})(?: (-?\d{1,19}))?(?: .*)?$/;

/** @returns undefined for bytes that are no record */
export function parseGorRecord(bytes: Uint8Array): GorRecord | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = text.indexOf(0x0a);
  if (end < 0 || end > 256) return undefined;
  const match = META.exec(text.toString('latin1', 0, end));
  if (match === null) return undefined;
  const [, type, id, time, latency] = match as unknown as [string, GorRecord['type'], string, string, string?];
  return {
    type,
    id,
    time: BigInt(time),
    latency: latency === undefined || latency.startsWith('-') ? undefined : BigInt(latency),
    payload: bytes.subarray(end + 1),
  };
}

export interface Times {
  readonly firstAt: Micros;
  readonly lastAt: Micros;
}

/** Versions from 1.3 on name a record by ports, address and sequence number; only they say how long a request took. */
const MODERN_ID = /^[0-9a-f]{24}$/;

export function requestTimes(record: GorRecord): Times {
  const firstAt = toMicros(record.time);
  const took = MODERN_ID.test(record.id) ? record.latency : undefined;
  return { firstAt, lastAt: toMicros(record.time + (took ?? 0n)) };
}

/**
 * When a response was sent, by the version that wrote it:
 *
 *   1.2 and later   TIME is its first byte, LATENCY its length in time
 *   1.0, 1.1        TIME is its first byte, LATENCY counts from the end of the request
 *   0.16            TIME is the request's, LATENCY counts from there to its end
 *
 * Requests of 1.2 have four fields, those before three.
 */
export function responseTimes(record: GorRecord, request: GorRecord | undefined): Times {
  const { time, latency = 0n } = record;
  if (request === undefined || request.latency !== undefined || MODERN_ID.test(record.id)) {
    return { firstAt: toMicros(time), lastAt: toMicros(time + latency) };
  }
  const firstAt = toMicros(time === request.time ? time + latency : time);
  return { firstAt, lastAt: Math.max(firstAt, toMicros(request.time + latency)) };
}

/** Times that no clock has told end at the largest there is. */
function toMicros(nanos: bigint): Micros {
  return Math.min(Number(nanos / 1000n), Number.MAX_SAFE_INTEGER);
}
