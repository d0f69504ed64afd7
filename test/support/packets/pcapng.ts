/** Blocks of pcapng for tests, in either byte order; the format is drawn in `formats/pcap/pcapng-format.ts`. */
import { join } from './encode-packet.ts';

export type ByteOrder = 'little' | 'big';

/** Writes blocks of one byte order. */
export function pcapngBlocks(order: ByteOrder = 'little') {
  const little = order === 'little';
  const words = (...values: readonly number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(values.length * 4));
    for (const [index, value] of values.entries()) view.setUint32(index * 4, value, little);
    return new Uint8Array(view.buffer);
  };
  const halves = (one: number, other: number): Uint8Array => {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint16(0, one, little);
    view.setUint16(2, other, little);
    return new Uint8Array(view.buffer);
  };
  const padded = (bytes: Uint8Array): Uint8Array => join(bytes, new Uint8Array(-bytes.length & 3));
  const block = (type: number, ...body: readonly Uint8Array[]): Uint8Array => {
    const inner = padded(join(...body));
    return join(words(type, inner.length + 12), inner, words(inner.length + 12));
  };
  const option = (code: number, value: Uint8Array): Uint8Array => join(halves(code, value.length), padded(value));
  const time = (ticks: bigint): [number, number] => [Number(ticks >> 32n), Number(ticks & 0xffffffffn)];
  const uint64 = (value: number): Uint8Array => (little ? words(value, 0) : words(0, value));
  return {
    block,
    option,
    uint64,
    section: (): Uint8Array => block(0x0a0d0d0a, words(0x1a2b3c4d), halves(1, 0), words(0xffffffff, 0xffffffff)),
    interface: (linkType: number, ...options: readonly Uint8Array[]): Uint8Array =>
      block(1, halves(linkType, 0), words(0), ...options),
    enhanced: (interfaceId: number, ticks: bigint, data: Uint8Array, originalByteCount = data.length): Uint8Array =>
      block(6, words(interfaceId, ...time(ticks), data.length, originalByteCount), data),
    obsolete: (interfaceId: number, ticks: bigint, data: Uint8Array): Uint8Array =>
      block(2, halves(interfaceId, 0), words(...time(ticks), data.length, data.length), data),
    simple: (data: Uint8Array): Uint8Array => block(3, words(data.length), data),
    statistics: (interfaceId: number, ...options: readonly Uint8Array[]): Uint8Array =>
      block(5, words(interfaceId, 0, 0), ...options),
  };
}
