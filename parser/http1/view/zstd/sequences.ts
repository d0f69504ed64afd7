/**
 * The sequences section of a compressed block (RFC 8878, section 3.1.1.3.2): so many literals, then so many octets from
 * so far back, again and again; the literals left over come last.
 */
import { BackwardBits } from './bits.ts';
import { type FseTable, fseTable, nextState, readFseTable, singleSymbolTable } from './fse-table.ts';
import { octet } from './literals.ts';
import type { Output } from './output.ts';
import { ZstdError } from './zstd-error.ts';

/** Tables and offsets that a block leaves to the next one of its frame. */
export interface SequenceState {
  literalLengths: FseTable | undefined;
  offsets: FseTable | undefined;
  matchLengths: FseTable | undefined;
  readonly recent: [number, number, number];
}

interface CodeKind {
  readonly maxAccuracy: number;
  readonly maxCode: number;
  readonly predefined: FseTable;
}

const LITERAL_LENGTHS: CodeKind = {
  maxAccuracy: 9,
  maxCode: 35,
  predefined: fseTable(
    [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
    6,
  ),
};
const MATCH_LENGTHS: CodeKind = {
  maxAccuracy: 9,
  maxCode: 52,
  predefined: fseTable([1, 4, 3, 2, 2, 2, 2, 2, 2, ...repeated(1, 37), ...repeated(-1, 7)], 6),
};
const OFFSETS: CodeKind = {
  maxAccuracy: 8,
  maxCode: 31,
  predefined: fseTable([1, 1, 1, 1, 1, 1, 2, 2, 2, ...repeated(1, 15), ...repeated(-1, 5)], 5),
};

const LITERAL_LENGTH_BITS = [...repeated(0, 16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const LITERAL_LENGTH_BASES = bases(LITERAL_LENGTH_BITS, 0);
const MATCH_LENGTH_BITS = [...repeated(0, 32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const MATCH_LENGTH_BASES = bases(MATCH_LENGTH_BITS, 3);

export function firstSequenceState(): SequenceState {
  return { literalLengths: undefined, offsets: undefined, matchLengths: undefined, recent: [1, 4, 8] };
}

/** Writes the block's octets. */
export function decodeSequences(
  bytes: Uint8Array,
  start: number,
  end: number,
  literals: Uint8Array,
  state: SequenceState,
  out: Output,
): void {
  let at = start;
  let count = octet(bytes, at++, end);
  if (count === 0) return out.write(literals);
  if (count === 255) {
    count = octet(bytes, at, end) + octet(bytes, at + 1, end) * 256 + 0x7f00;
    at += 2;
  } else if (count > 127) count = (count - 128) * 256 + octet(bytes, at++, end);
  const modes = octet(bytes, at++, end);
  if ((modes & 3) !== 0) throw new ZstdError('reserved bits');
  const table = (kind: CodeKind, mode: number, before: FseTable | undefined): FseTable => {
    const read = readTable(kind, mode, before, bytes, at, end);
    at = read.at;
    return read.table;
  };
  const literalLengths = table(LITERAL_LENGTHS, modes >> 6, state.literalLengths);
  const offsets = table(OFFSETS, (modes >> 4) & 3, state.offsets);
  const matchLengths = table(MATCH_LENGTHS, (modes >> 2) & 3, state.matchLengths);
  state.literalLengths = literalLengths;
  state.offsets = offsets;
  state.matchLengths = matchLengths;
  const bits = new BackwardBits(bytes, at, end);
  let literalState = bits.read(literalLengths.accuracy);
  let offsetState = bits.read(offsets.accuracy);
  let matchState = bits.read(matchLengths.accuracy);
  let used = 0;
  for (let left = count; left > 0; left--) {
    const offsetCode = offsets.symbol[offsetState] as number;
    const matchCode = matchLengths.symbol[matchState] as number;
    const literalCode = literalLengths.symbol[literalState] as number;
    if (offsetCode > OFFSETS.maxCode || matchCode > MATCH_LENGTHS.maxCode || literalCode > LITERAL_LENGTHS.maxCode) {
      throw new ZstdError('unknown length or offset code');
    }
    const offsetValue = 2 ** offsetCode + bits.read(offsetCode);
    const matchLength = (MATCH_LENGTH_BASES[matchCode] as number) + bits.read(MATCH_LENGTH_BITS[matchCode] as number);
    const literalLength =
      (LITERAL_LENGTH_BASES[literalCode] as number) + bits.read(LITERAL_LENGTH_BITS[literalCode] as number);
    if (left > 1) {
      literalState = nextState(literalLengths, literalState, bits);
      matchState = nextState(matchLengths, matchState, bits);
      offsetState = nextState(offsets, offsetState, bits);
    }
    if (bits.left < 0 || used + literalLength > literals.length) throw new ZstdError('sequences cut');
    out.write(literals.subarray(used, used + literalLength));
    used += literalLength;
    out.repeat(distance(state.recent, offsetValue, literalLength), matchLength);
  }
  if (bits.left !== 0) throw new ZstdError('sequences do not end with their stream');
  out.write(literals.subarray(used));
}

function readTable(
  { maxAccuracy, predefined }: CodeKind,
  mode: number,
  before: FseTable | undefined,
  bytes: Uint8Array,
  at: number,
  end: number,
): { readonly table: FseTable; readonly at: number } {
  switch (mode) {
    case 0:
      return { table: predefined, at };
    case 1:
      return { table: singleSymbolTable(octet(bytes, at, end)), at: at + 1 };
    case 2:
      return readFseTable(bytes, at, end, maxAccuracy);
    default:
      if (before === undefined) throw new ZstdError('no table to use again');
      return { table: before, at };
  }
}

/** Values to 3 name one of the last three offsets, one further where no literals come first; others are 3 too large. */
function distance(recent: [number, number, number], value: number, literalLength: number): number {
  if (value > 3) {
    recent[2] = recent[1];
    recent[1] = recent[0];
    recent[0] = value - 3;
    return recent[0];
  }
  const place = literalLength === 0 ? value : value - 1;
  if (place === 0) return recent[0];
  const found = place === 3 ? recent[0] - 1 : (recent[place] as number);
  if (place > 1) recent[2] = recent[1];
  recent[1] = recent[0];
  recent[0] = found;
  return found;
}

function repeated(value: number, count: number): number[] {
  return new Array<number>(count).fill(value);
}

function bases(bitCounts: readonly number[], first: number): readonly number[] {
  let base = first;
  return bitCounts.map((count) => {
    const its = base;
    base += 2 ** count;
    return its;
  });
}
