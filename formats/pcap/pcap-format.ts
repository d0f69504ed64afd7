/**
 * pcap: a file header, then records, all in the byte order of the machine that wrote them.
 *
 *     0        4         8          16         20         24
 *     +--------+---------+----------+----------+----------+
 *     | magic  | version | reserved | snap len | link type|      A1B2C3D4 µs, A1B23C4D ns
 *     +--------+---------+----------+----------+----------+
 *     0        4         8          12         16           16 + captured
 *     +--------+---------+----------+----------+------------+
 *     | s      | µs / ns | captured | original | packet     |    repeated
 *     +--------+---------+----------+----------+------------+
 *
 * Source: draft-ietf-opsawg-pcap. The link type is the low 16 bits of its word; the high ones tell of a frame check
 * sequence, which the IP length cuts off later anyway.
 */
import { LINK_TYPE, type Packet } from '../../core/index.ts';
import {
  type CaptureFault,
  type CaptureFormat,
  MAX_RECORD_BYTES,
  readUint32Big,
  readUint32Little,
  unknownLinkType,
} from './capture-format.ts';

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const MAGIC_MICROS = 0xa1b2c3d4;
const MAGIC_NANOS = 0xa1b23c4d;
const KNOWN_LINK_TYPES: ReadonlySet<number> = new Set(Object.values(LINK_TYPE));

/** Whether the first four bytes, read with the least significant first, begin a pcap file. */
export function isPcapMagic(magic: number): boolean {
  const swapped = swap32(magic);
  return magic === MAGIC_MICROS || magic === MAGIC_NANOS || swapped === MAGIC_MICROS || swapped === MAGIC_NANOS;
}

export class PcapFormat implements CaptureFormat {
  readonly droppedByKernel = undefined;
  readonly droppedByInterface = undefined;
  fault: CaptureFault | undefined;
  #headerRead = false;
  #big = false;
  #nanos = false;
  #linkType = 0;

  measure(data: Uint8Array, start: number, end: number): number {
    if (!this.#headerRead) return FILE_HEADER_BYTES;
    if (end - start < RECORD_HEADER_BYTES) return RECORD_HEADER_BYTES;
    const captured = this.#big ? readUint32Big(data, start + 8) : readUint32Little(data, start + 8);
    if (captured > MAX_RECORD_BYTES) {
      this.fault = {
        code: 'CAPTURE_CORRUPT',
        found: `a packet of ${captured} bytes, more than the ${MAX_RECORD_BYTES} allowed`,
        hint: 'the packets before it were kept; write the capture again, or cut the file there',
      };
    }
    return RECORD_HEADER_BYTES + captured;
  }

  read(data: Uint8Array, start: number, end: number, packets: Packet[]): void {
    if (!this.#headerRead) {
      this.#readFileHeader(data, start);
      return;
    }
    const big = this.#big;
    const seconds = big ? readUint32Big(data, start) : readUint32Little(data, start);
    const fraction = big ? readUint32Big(data, start + 4) : readUint32Little(data, start + 4);
    packets.push({
      at: seconds * 1_000_000 + (this.#nanos ? Math.floor(fraction / 1000) : fraction),
      linkType: this.#linkType,
      interfaceId: 0,
      data,
      start: start + RECORD_HEADER_BYTES,
      end,
      originalByteCount: big ? readUint32Big(data, start + 12) : readUint32Little(data, start + 12),
    });
  }

  verdict(): CaptureFault | undefined {
    return undefined;
  }

  #readFileHeader(data: Uint8Array, start: number): void {
    const magic = readUint32Little(data, start);
    this.#big = magic !== MAGIC_MICROS && magic !== MAGIC_NANOS;
    const read = this.#big ? readUint32Big : readUint32Little;
    this.#nanos = read(data, start) === MAGIC_NANOS;
    this.#linkType = read(data, start + 20) & 0xffff;
    this.#headerRead = true;
    if (!KNOWN_LINK_TYPES.has(this.#linkType)) this.fault = unknownLinkType(this.#linkType);
  }
}

function swap32(value: number): number {
  return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | ((value >>> 24) & 0xff)) >>> 0;
}
