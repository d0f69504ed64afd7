/** Octets to text one to one: header names, targets and ids are octets on the wire, so nothing is lost or refused. */
interface Latin1Slicer {
  latin1Slice(start: number, end: number): string;
}

/** Works on any Uint8Array; much cheaper than a Buffer view and `toString`. */
const slicer = Buffer.prototype as unknown as Latin1Slicer;

export function latin1(bytes: Uint8Array, start: number, end: number): string {
  return slicer.latin1Slice.call(bytes, start, end);
}
