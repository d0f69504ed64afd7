/**
 * Finite state entropy tables (RFC 8878, section 4.1): for each state a symbol, and how many bits added to which base
 * give the next state.
 */
import { type BackwardBits, ForwardBits } from './bits.ts';
import { ZstdError } from './zstd-error.ts';

export interface FseTable {
  /** The table has 2^accuracy states. */
  readonly accuracy: number;
  readonly symbol: Uint8Array;
  readonly bitCount: Uint8Array;
  readonly base: Uint16Array;
}

const MAX_SYMBOLS = 256;

/** Reads a table description. @returns the table and the position behind it */
export function readFseTable(
  bytes: Uint8Array,
  start: number,
  end: number,
  maxAccuracy: number,
): { readonly table: FseTable; readonly at: number } {
  const bits = new ForwardBits(bytes, start, end);
  const accuracy = bits.read(4) + 5;
  if (accuracy > maxAccuracy) throw new ZstdError('table too large');
  const shares: number[] = [];
  let remaining = 1 << accuracy;
  while (remaining > 0 && shares.length < MAX_SYMBOLS) {
    const width = 32 - Math.clz32(remaining + 1);
    const lowMask = (1 << (width - 1)) - 1;
    const threshold = (1 << width) - 1 - (remaining + 1);
    let value = bits.read(width);
    if ((value & lowMask) < threshold) {
      bits.unread(1);
      value &= lowMask;
    } else if (value > lowMask) value -= threshold;
    const share = value - 1;
    remaining -= Math.abs(share);
    shares.push(share);
    if (share !== 0) continue;
    let repeats = 3;
    while (repeats === 3 && shares.length < MAX_SYMBOLS) {
      repeats = bits.read(2);
      for (let i = 0; i < repeats; i++) shares.push(0);
    }
  }
  if (remaining !== 0 || shares.length > MAX_SYMBOLS) throw new ZstdError('shares do not add up');
  return { table: fseTable(shares, accuracy), at: bits.nextOctet };
}

/** @param shares of 2^accuracy states by symbol; -1 is less than one */
export function fseTable(shares: readonly number[], accuracy: number): FseTable {
  const size = 1 << accuracy;
  const symbol = new Uint8Array(size);
  const bitCount = new Uint8Array(size);
  const base = new Uint16Array(size);
  const next = new Uint16Array(shares.length);
  let high = size;
  for (const [value, share] of shares.entries()) {
    next[value] = Math.abs(share);
    if (share === -1) symbol[--high] = value;
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (const [value, share] of shares.entries()) {
    for (let i = 0; i < share; i++) {
      symbol[at] = value;
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  }
  for (let state = 0; state < size; state++) {
    const value = symbol[state] as number;
    const order = next[value] as number;
    next[value] = order + 1;
    const width = accuracy - (31 - Math.clz32(order));
    bitCount[state] = width;
    base[state] = (order << width) - size;
  }
  return { accuracy, symbol, bitCount, base };
}

/** A table of one symbol that takes no bits. */
export function singleSymbolTable(value: number): FseTable {
  return { accuracy: 0, symbol: Uint8Array.of(value), bitCount: Uint8Array.of(0), base: Uint16Array.of(0) };
}

export function nextState(table: FseTable, state: number, bits: BackwardBits): number {
  return (table.base[state] as number) + bits.read(table.bitCount[state] as number);
}
