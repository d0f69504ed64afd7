/** Huffman tables of literals (RFC 8878, section 4.2): weights of the symbols, the last one left out. */
import { BackwardBits } from './bits.ts';
import { nextState, readFseTable } from './fse-table.ts';
import { ZstdError } from './zstd-error.ts';

export interface HuffmanTable {
  /** Bits of the longest code; the table has 2^maxBits places. */
  readonly maxBits: number;
  readonly symbol: Uint8Array;
  readonly bitCount: Uint8Array;
}

const MAX_CODE_BITS = 11;
const MAX_WEIGHTS = 255;
const MAX_WEIGHT_ACCURACY = 6;

/** @returns the table and the position behind its description */
export function readHuffmanTable(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly table: HuffmanTable; readonly at: number } {
  const head = start < end ? (bytes[start] as number) : 0;
  const count = head - 127;
  const at = start + 1 + (head < 128 ? head : (count + 1) >> 1);
  if (at > end) throw new ZstdError('weights cut');
  const weights = head < 128 ? codedWeights(bytes, start + 1, at) : plainWeights(bytes, start + 1, count);
  return { table: huffmanTable(weights), at };
}

/** Four bits each, the high ones first. */
function plainWeights(bytes: Uint8Array, start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const octet = bytes[start + (i >> 1)] as number;
    return i % 2 === 0 ? octet >> 4 : octet & 0x0f;
  });
}

/** Two states take turns until the bits are used up. */
function codedWeights(bytes: Uint8Array, start: number, end: number): number[] {
  const { table, at } = readFseTable(bytes, start, end, MAX_WEIGHT_ACCURACY);
  const bits = new BackwardBits(bytes, at, end);
  let state = bits.read(table.accuracy);
  let other = bits.read(table.accuracy);
  if (bits.left < 0) throw new ZstdError('weights cut');
  const weights: number[] = [];
  while (weights.length < MAX_WEIGHTS) {
    weights.push(table.symbol[state] as number);
    state = nextState(table, state, bits);
    if (bits.left < 0) {
      weights.push(table.symbol[other] as number);
      return weights;
    }
    [state, other] = [other, state];
  }
  throw new ZstdError('too many weights');
}

function huffmanTable(weights: readonly number[]): HuffmanTable {
  let sum = 0;
  for (const weight of weights) sum += weight === 0 ? 0 : 2 ** (weight - 1);
  const maxBits = sum === 0 ? 0 : Math.floor(Math.log2(sum)) + 1;
  if (maxBits === 0 || maxBits > MAX_CODE_BITS) throw new ZstdError('weights out of range');
  const lastShare = 2 ** maxBits - sum;
  const lastWeight = 32 - Math.clz32(lastShare);
  if (lastShare !== 2 ** (lastWeight - 1)) throw new ZstdError('weights do not add up');
  const all = [...weights, lastWeight];
  const symbol = new Uint8Array(2 ** maxBits);
  const bitCount = new Uint8Array(2 ** maxBits);
  let at = 0;
  // The longest codes, of the smallest weight, come first.
  for (let weight = 1; weight <= maxBits; weight++) {
    const places = 2 ** (weight - 1);
    for (const [value, its] of all.entries()) {
      if (its !== weight) continue;
      symbol.fill(value, at, at + places);
      bitCount.fill(maxBits + 1 - weight, at, at + places);
      at += places;
    }
  }
  return { maxBits, symbol, bitCount };
}

/** Fills `out` from one stream, which must end with it. */
export function decodeHuffman(
  table: HuffmanTable,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
): void {
  const { maxBits, symbol, bitCount } = table;
  const bits = new BackwardBits(bytes, start, end);
  for (let i = 0; i < out.length; i++) {
    const place = bits.peek(maxBits);
    out[i] = symbol[place] as number;
    bits.left -= bitCount[place] as number;
  }
  if (bits.left !== 0) throw new ZstdError('literals do not end with their stream');
}
