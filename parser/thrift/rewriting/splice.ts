/** Changes to an array of octets: each replaces a range, the octets between them stay. */

export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly octets: Uint8Array;
}

/** Ranges must not overlap; several at one place are put in their order. */
export function applySplices(bytes: Uint8Array, splices: readonly Splice[]): Uint8Array {
  if (splices.length === 0) return bytes;
  const sorted = splices.toSorted((one, other) => one.start - other.start);
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const { start, end, octets } of sorted) {
    pieces.push(bytes.subarray(at, start), octets);
    at = end;
  }
  pieces.push(bytes.subarray(at));
  return Buffer.concat(pieces);
}

/** How much longer the octets get. */
export function growthOf(splices: readonly Splice[]): number {
  return splices.reduce((sum, { start, end, octets }) => sum + octets.length - (end - start), 0);
}
