/**
 * Capture bytes → packets, whatever the format and however the input is cut.
 *
 *     push ──▶ [ rest of the last push ] ──▶ measure ──▶ read ──▶ packets
 *
 * Packets are views of the bytes that were pushed; only a record that crosses two pushes is joined by copying it.
 */
import { type ByteCount, BytecopyError, type Packet } from '../../core/index.ts';
import { type CaptureFault, type CaptureFormat, readUint32Big, readUint32Little } from './capture-format.ts';
import { isPcapMagic, PcapFormat } from './pcap-format.ts';
import { PcapngFormat, SECTION_HEADER } from './pcapng-format.ts';

const NO_PACKETS: readonly Packet[] = [];
const NO_BYTES = new Uint8Array(0);
const MAGIC_BYTES = 4;

/** Reads one capture file or stream: pcap and pcapng, told apart by their first four bytes. */
export class CaptureReader {
  readonly #name: string;
  #format: CaptureFormat | undefined;
  #failure: BytecopyError | undefined;
  /** Bytes of a record that the last push left unfinished: `#rest[0 … #restLength)`, with room for what is known to come. */
  #rest: Uint8Array = NO_BYTES;
  #restLength = 0;
  /** Offset in the file of the next record. */
  #offset: ByteCount = 0;
  #packetCount = 0;

  /** @param name what is read, as messages should call it: a path, `stdin` */
  constructor(name: string) {
    this.#name = name;
  }

  /** Why no more packets come; they all came before it was set. */
  get failure(): BytecopyError | undefined {
    return this.#failure;
  }

  get packetCount(): number {
    return this.#packetCount;
  }

  /** Packets that the capturing kernel dropped so far, as the file's statistics blocks say; undefined where there are none. */
  get droppedByKernel(): number | undefined {
    return this.#format?.droppedByKernel;
  }

  /** Packets that the interfaces dropped so far; undefined where the file does not say. */
  get droppedByInterface(): number | undefined {
    return this.#format?.droppedByInterface;
  }

  /**
   * @param bytes the next bytes of the input, any cut; they are kept, so they must not be written again
   * @returns the packets they complete; nothing once {@link failure} is set
   */
  push(bytes: Uint8Array): readonly Packet[] {
    if (this.#failure !== undefined || bytes.length === 0) return NO_PACKETS;
    const packets: Packet[] = [];
    let start = 0;
    while (this.#restLength > 0 && this.#failure === undefined) {
      const measured = this.#measure(this.#rest, 0, this.#restLength);
      const missing = measured - this.#restLength;
      if (this.#failure !== undefined) break;
      if (missing <= 0) {
        this.#read(this.#rest, 0, measured, packets);
        this.#rest = NO_BYTES;
        this.#restLength = 0;
        break;
      }
      if (start === bytes.length) break;
      const taken = Math.min(missing, bytes.length - start);
      this.#keep(bytes.subarray(start, start + taken), measured);
      start += taken;
    }
    while (start < bytes.length && this.#failure === undefined) {
      const measured = this.#measure(bytes, start, bytes.length);
      if (this.#failure !== undefined) break;
      if (start + measured > bytes.length) {
        this.#keep(bytes.subarray(start), measured);
        break;
      }
      this.#read(bytes, start, start + measured, packets);
      start += measured;
    }
    this.#packetCount += packets.length;
    return packets;
  }

  /** The input ended: sets {@link failure} when that was within a record, or when nothing in it could be used. */
  end(): void {
    if (this.#failure !== undefined) return;
    if (this.#format === undefined) {
      this.#fail(notACapture(this.#restLength === 0 ? 'the input is empty' : `only ${this.#restLength} bytes`));
    } else if (this.#restLength > 0) {
      this.#fail({
        code: 'CAPTURE_TRUNCATED',
        found: `the input ends within a record, of which ${this.#restLength} bytes are there`,
        hint: 'the packets before it were kept; the capture was cut off, or is still being written',
      });
    } else {
      this.#fail(this.#format.verdict());
    }
  }

  #measure(data: Uint8Array, start: number, end: number): ByteCount {
    if (this.#format === undefined) {
      if (end - start < MAGIC_BYTES) return MAGIC_BYTES;
      const magic = readUint32Little(data, start);
      if (isPcapMagic(magic)) this.#format = new PcapFormat();
      else if (magic === SECTION_HEADER) this.#format = new PcapngFormat();
      else {
        this.#fail(notACapture(`the first four bytes are ${readUint32Big(data, start).toString(16).padStart(8, '0')}`));
        return MAGIC_BYTES;
      }
    }
    const measured = this.#format.measure(data, start, end);
    this.#fail(this.#format.fault);
    return measured;
  }

  #read(data: Uint8Array, start: number, end: number, packets: Packet[]): void {
    const format = this.#format as CaptureFormat;
    format.read(data, start, end, packets);
    if (format.fault !== undefined) this.#fail(format.fault);
    else this.#offset += end - start;
  }

  /** Adds bytes to the unfinished record, which will have `room` bytes as far as is known. */
  #keep(bytes: Uint8Array, room: ByteCount): void {
    if (this.#rest.length < room) {
      const grown = new Uint8Array(room);
      grown.set(this.#rest.subarray(0, this.#restLength));
      this.#rest = grown;
    }
    this.#rest.set(bytes, this.#restLength);
    this.#restLength += bytes.length;
  }

  #fail(fault: CaptureFault | (Omit<CaptureFault, 'code'> & { code: 'CAPTURE_TRUNCATED' }) | undefined): void {
    if (fault === undefined) return;
    this.#failure = new BytecopyError(fault.code, `${this.#name}: at byte ${this.#offset}: ${fault.found}`, {
      hint: fault.hint,
    });
    this.#rest = NO_BYTES;
    this.#restLength = 0;
  }
}

function notACapture(found: string): CaptureFault {
  return {
    code: 'CAPTURE_NOT_A_CAPTURE',
    found: `not a pcap or pcapng capture: ${found}`,
    hint: 'give a file written by tcpdump -w, wireshark or dumpcap, gzipped or not',
  };
}
