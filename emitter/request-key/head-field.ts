/**
 * Values of one header field in a request's head: one pass over the line starts, nothing copied but that field's values.
 *
 * Of folded values (obs-fold, RFC 9112, section 5.2) the first line counts.
 */
import type { RecordedRequest } from '../request/recorded-request.ts';

const LF = 0x0a;
const COLON = 0x3a;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
/** Makes an ASCII letter lower case. */
const LOWER = 0x20;

export class HeadField {
  readonly #lowerName: Uint8Array;

  /** @param name a token, in any case */
  constructor(name: string) {
    this.#lowerName = Buffer.from(name.toLowerCase());
  }

  /** The first value, its blanks around it taken off; undefined where there is none. */
  firstOf(recorded: RecordedRequest): string | undefined {
    let first: string | undefined;
    this.some(recorded, (value) => {
      first = value;
      return true;
    });
    return first;
  }

  /** Whether one of the values, in their order, passes the test. */
  some({ request }: RecordedRequest, test: (value: string) => boolean): boolean {
    const head = request?.parts[0];
    if (head === undefined || request === undefined) return false;
    const end = Math.min(head.length, request.headByteCount);
    const nameLength = this.#lowerName.length;
    for (let at = head.indexOf(LF) + 1; at > 0 && at < end; ) {
      const isWanted = this.#isAt(head, at, end);
      const next = head.indexOf(LF, at) + 1;
      if (isWanted) {
        const value = textOf(head, at + nameLength + 1, next === 0 ? end : Math.min(next, end)).trim();
        if (test(value)) return true;
      }
      at = next;
    }
    return false;
  }

  #isAt(head: Uint8Array, at: number, end: number): boolean {
    const name = this.#lowerName;
    if (at + name.length >= end || head[at + name.length] !== COLON) return false;
    for (let i = 0; i < name.length; i++) {
      const octet = head[at + i] as number;
      const lower = octet >= UPPER_A && octet <= UPPER_Z ? octet | LOWER : octet;
      if (lower !== name[i]) return false;
    }
    return true;
  }
}

/** UTF-8 where it is that; octets as latin1 otherwise, so that values which differ stay different. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  const octets = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  const text = octets.toString('latin1');
  return BEYOND_ASCII.test(text) ? utf8Of(octets, text) : text;
}

const BEYOND_ASCII = /[\x80-\xff]/;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8Of(octets: Uint8Array, otherwise: string): string {
  try {
    return decoder.decode(octets);
  } catch {
    return otherwise;
  }
}
