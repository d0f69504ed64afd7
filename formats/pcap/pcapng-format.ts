/**
 * pcapng: blocks in sections; each section has its own byte order and its own interfaces.
 *
 *     0        4              8                       length - 4
 *     +--------+--------------+-----------------------+--------+
 *     | type   | block length | body, options, padding| length |    repeated; length is a multiple of 4
 *     +--------+--------------+-----------------------+--------+
 *
 *     0A0D0D0A section header    1 interface    2 packet (obsolete)    3 simple packet    5 statistics    6 enhanced packet
 *
 * Source: draft-ietf-opsawg-pcapng. Other blocks are skipped by their length. Interfaces are numbered on over the
 * sections of a file, so that one number always means one interface.
 *
 * A packet of an interface with an unknown link type is handed over like any other, and the decoder counts it; only
 * when the file ends and every packet in it was of such an interface the file has failed.
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
import { MICROS_PER_TICK_BY_DEFAULT, type TickLength, ticksToMicros, toTickLength } from './pcapng-time.ts';

/** A section header reads the same in both byte orders. */
export const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const SMALLEST_BLOCK_BYTES = 12;
/** More interfaces than any machine has; a file that declares more is damaged or hostile. */
const MAX_INTERFACES = 65_536;
const KNOWN_LINK_TYPES: ReadonlySet<number> = new Set(Object.values(LINK_TYPE));

const BLOCK = { interface: 1, obsoletePacket: 2, simplePacket: 3, statistics: 5, enhancedPacket: 6 } as const;
const OPTION = { timeResolution: 9, timeOffset: 14, interfaceDropped: 5, kernelDropped: 7 } as const;

interface CaptureInterface {
  readonly linkType: number;
  /** 0 where packets are not cut. */
  readonly snapLength: number;
  readonly tick: TickLength;
  readonly offsetSeconds: number;
  droppedByKernel: number | undefined;
  droppedByInterface: number | undefined;
}

export class PcapngFormat implements CaptureFormat {
  fault: CaptureFault | undefined;
  #big = false;
  /** Interfaces of all sections; those of the current one begin at `#sectionStart`. */
  readonly #interfaces: CaptureInterface[] = [];
  #sectionStart = 0;
  #lastAt = 0;
  #knownPackets = 0;
  #unknownLinkType: number | undefined;

  get droppedByKernel(): number | undefined {
    return sumOf(this.#interfaces.map((one) => one.droppedByKernel));
  }

  get droppedByInterface(): number | undefined {
    return sumOf(this.#interfaces.map((one) => one.droppedByInterface));
  }

  measure(data: Uint8Array, start: number, end: number): number {
    if (end - start < SMALLEST_BLOCK_BYTES) return SMALLEST_BLOCK_BYTES;
    if (readUint32Little(data, start) === SECTION_HEADER) {
      const magic = readUint32Little(data, start + 8);
      this.#big = magic !== BYTE_ORDER_MAGIC;
      if (this.#big && readUint32Big(data, start + 8) !== BYTE_ORDER_MAGIC) {
        this.fault = corrupt('a section header without its byte-order magic 1A2B3C4D');
        return SMALLEST_BLOCK_BYTES;
      }
    }
    const length = this.#uint32(data, start + 4);
    if (length < SMALLEST_BLOCK_BYTES || length % 4 !== 0 || length > MAX_RECORD_BYTES) {
      this.fault = corrupt(`a block length of ${length}; allowed are multiples of 4 from 12 to ${MAX_RECORD_BYTES}`);
      return SMALLEST_BLOCK_BYTES;
    }
    return length;
  }

  read(data: Uint8Array, start: number, end: number, packets: Packet[]): void {
    const length = end - start;
    const type = this.#uint32(data, start);
    if (this.#uint32(data, end - 4) !== length) {
      this.fault = corrupt(`a block of ${length} bytes that ends with another length, ${this.#uint32(data, end - 4)}`);
      return;
    }
    switch (type) {
      case BLOCK.enhancedPacket:
        if (length < 32) this.fault = corrupt(`an enhanced packet block of only ${length} bytes`);
        else this.#readPacket(data, start, end, this.#uint32(data, start + 8), packets);
        return;
      case SECTION_HEADER:
        if (length < 28) this.fault = corrupt(`a section header of only ${length} bytes`);
        this.#sectionStart = this.#interfaces.length;
        return;
      case BLOCK.interface:
        this.#readInterface(data, start, end);
        return;
      case BLOCK.obsoletePacket:
        if (length < 32) this.fault = corrupt(`a packet block of only ${length} bytes`);
        else this.#readPacket(data, start, end, this.#uint16(data, start + 8), packets);
        return;
      case BLOCK.simplePacket:
        this.#readSimplePacket(data, start, end, packets);
        return;
      case BLOCK.statistics:
        this.#readStatistics(data, start, end);
        return;
      default:
        return;
    }
  }

  verdict(): CaptureFault | undefined {
    if (this.#unknownLinkType === undefined || this.#knownPackets > 0) return undefined;
    return unknownLinkType(this.#unknownLinkType);
  }

  #readInterface(data: Uint8Array, start: number, end: number): void {
    if (end - start < 20) {
      this.fault = corrupt(`an interface block of only ${end - start} bytes`);
      return;
    }
    if (this.#interfaces.length >= MAX_INTERFACES) {
      this.fault = corrupt(`more than ${MAX_INTERFACES} interfaces`);
      return;
    }
    let tick = MICROS_PER_TICK_BY_DEFAULT;
    let offsetSeconds = 0;
    this.#eachOption(data, start + 16, end - 4, (code, at, length) => {
      if (code === OPTION.timeResolution && length >= 1) tick = toTickLength(data[at] as number);
      if (code === OPTION.timeOffset && length >= 8) offsetSeconds = this.#signed64(data, at);
    });
    this.#interfaces.push({
      linkType: this.#uint16(data, start + 8),
      snapLength: this.#uint32(data, start + 12),
      tick,
      offsetSeconds,
      droppedByKernel: undefined,
      droppedByInterface: undefined,
    });
  }

  /** Enhanced and obsolete packet blocks differ in the word that holds the interface, and in nothing after it. */
  #readPacket(data: Uint8Array, start: number, end: number, number: number, packets: Packet[]): void {
    const interfaceId = this.#sectionStart + number;
    const one = this.#interfaces[interfaceId];
    const captured = this.#uint32(data, start + 20);
    if (one === undefined) {
      this.fault = corrupt(`a packet of interface ${number}, which the section does not declare`);
      return;
    }
    if (captured > end - start - 32) {
      this.fault = corrupt(`a packet of ${captured} bytes in a block of ${end - start}`);
      return;
    }
    const ticks = ticksToMicros(one.tick, this.#uint32(data, start + 12), this.#uint32(data, start + 16));
    this.#lastAt = ticks + one.offsetSeconds * 1_000_000;
    this.#add(packets, {
      at: this.#lastAt,
      linkType: one.linkType,
      interfaceId,
      data,
      start: start + 28,
      end: start + 28 + captured,
      originalByteCount: this.#uint32(data, start + 24),
    });
  }

  /** A simple packet is of the section's first interface and has no time: it gets that of the packet before it. */
  #readSimplePacket(data: Uint8Array, start: number, end: number, packets: Packet[]): void {
    const one = this.#interfaces[this.#sectionStart];
    if (one === undefined || end - start < 16) {
      this.fault = corrupt('a simple packet block without an interface or without its length');
      return;
    }
    const originalByteCount = this.#uint32(data, start + 8);
    const snapLength = one.snapLength === 0 ? originalByteCount : one.snapLength;
    this.#add(packets, {
      at: this.#lastAt,
      linkType: one.linkType,
      interfaceId: this.#sectionStart,
      data,
      start: start + 12,
      end: start + 12 + Math.min(originalByteCount, snapLength, end - start - 16),
      originalByteCount,
    });
  }

  #add(packets: Packet[], packet: Packet): void {
    if (packet.linkType === LINK_TYPE.ethernet || KNOWN_LINK_TYPES.has(packet.linkType)) this.#knownPackets++;
    else this.#unknownLinkType = packet.linkType;
    packets.push(packet);
  }

  /** Counts are totals since the capture began, so the last block of an interface is the one that holds. */
  #readStatistics(data: Uint8Array, start: number, end: number): void {
    const one = end - start < 24 ? undefined : this.#interfaces[this.#sectionStart + this.#uint32(data, start + 8)];
    if (one === undefined) {
      this.fault = corrupt('a statistics block of an interface that the section does not declare');
      return;
    }
    this.#eachOption(data, start + 20, end - 4, (code, at, length) => {
      if (length < 8) return;
      if (code === OPTION.interfaceDropped) one.droppedByInterface = this.#unsigned64(data, at);
      if (code === OPTION.kernelDropped) one.droppedByKernel = this.#unsigned64(data, at);
    });
  }

  /** Options: code, length, value padded to four bytes; code 0 ends them. A damaged list ends where it breaks. */
  #eachOption(data: Uint8Array, from: number, end: number, take: (code: number, at: number, length: number) => void) {
    let at = from;
    while (at + 4 <= end) {
      const code = this.#uint16(data, at);
      const length = this.#uint16(data, at + 2);
      if (code === 0 || at + 4 + length > end) return;
      take(code, at + 4, length);
      at += 4 + ((length + 3) & ~3);
    }
  }

  #uint16(data: Uint8Array, at: number): number {
    const [one, other] = [data[at] as number, data[at + 1] as number];
    return this.#big ? (one << 8) | other : (other << 8) | one;
  }

  #uint32(data: Uint8Array, at: number): number {
    return this.#big ? readUint32Big(data, at) : readUint32Little(data, at);
  }

  #unsigned64(data: Uint8Array, at: number): number {
    const [high, low] = this.#big ? [at, at + 4] : [at + 4, at];
    return this.#uint32(data, high) * 0x1_0000_0000 + this.#uint32(data, low);
  }

  #signed64(data: Uint8Array, at: number): number {
    const [high, low] = this.#big ? [at, at + 4] : [at + 4, at];
    return (this.#uint32(data, high) | 0) * 0x1_0000_0000 + this.#uint32(data, low);
  }
}

function corrupt(found: string): CaptureFault {
  return {
    code: 'CAPTURE_CORRUPT',
    found,
    hint: 'the packets before it were kept; write the capture again, or cut the file there',
  };
}

function sumOf(counts: readonly (number | undefined)[]): number | undefined {
  let sum: number | undefined;
  for (const count of counts) if (count !== undefined) sum = (sum ?? 0) + count;
  return sum;
}
