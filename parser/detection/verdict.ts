/** What the first bytes of one direction tell. */
import type { ByteCount } from '../../core/index.ts';

/** So many bytes are looked at: a first line longer than this is judged by its beginning. */
export const MAX_UNDECIDED_BYTES: ByteCount = 1024;

export interface Verdict {
  /** `http-request`, `http-response`, the name of another protocol, `unknown`, or `undecided` while more bytes are needed. */
  readonly protocol: string;
  /** Beyond doubt; otherwise the other direction is heard too, and in the middle of a stream it tells nothing. */
  readonly sure: boolean;
}

export const UNDECIDED: Verdict = { protocol: 'undecided', sure: false };
export const UNKNOWN: Verdict = { protocol: 'unknown', sure: false };

const made = new Map<string, Verdict>();

/** One object a verdict, so that telling costs no memory. */
export function sure(protocol: string): Verdict {
  return verdict(protocol, true);
}

export function likely(protocol: string): Verdict {
  return verdict(protocol, false);
}

function verdict(protocol: string, isSure: boolean): Verdict {
  const key = isSure ? protocol : `${protocol}?`;
  let known = made.get(key);
  if (known === undefined) {
    known = { protocol, sure: isSure };
    made.set(key, known);
  }
  return known;
}
