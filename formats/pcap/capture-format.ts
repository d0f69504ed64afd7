/** What the two capture file formats owe the reader that feeds them: cut off the next record, then read it. */
import { type ByteCount, LINK_TYPE, type Packet } from '../../core/index.ts';

/** Longest record taken, in bytes. libpcap's largest snap length is 128 KiB to 256 KiB; a length beyond this is damage. */
export const MAX_RECORD_BYTES: ByteCount = 16 * 1024 * 1024;

/** What is wrong with the file, without where: the reader adds name and offset. */
export interface CaptureFault {
  readonly code: 'CAPTURE_NOT_A_CAPTURE' | 'CAPTURE_CORRUPT' | 'CAPTURE_LINK_TYPE';
  readonly found: string;
  readonly hint: string;
}

export interface CaptureFormat {
  /** Set once, when the file cannot be read on; nothing is asked of the format after that. */
  readonly fault: CaptureFault | undefined;
  /** Packets of the kinds the format counts as lost by kernel and interface; undefined where the file does not say. */
  readonly droppedByKernel: number | undefined;
  readonly droppedByInterface: number | undefined;
  /**
   * Length of the record that begins at `start`, or, when `end - start` is too short to tell, of what is needed to tell.
   * Never 0; sets `fault` when the length is absurd.
   */
  measure(data: Uint8Array, start: number, end: number): ByteCount;
  /** Reads the record `data[start … end)`, whole as measured, and adds its packet, if it is one, to `packets`. */
  read(data: Uint8Array, start: number, end: number, packets: Packet[]): void;
  /** The file ended after whole records: what is wrong with it as a whole. */
  verdict(): CaptureFault | undefined;
}

/** Unsigned 32 bits at `at`, the least significant byte first. */
export function readUint32Little(data: Uint8Array, at: number): number {
  return (
    ((data[at] as number) |
      ((data[at + 1] as number) << 8) |
      ((data[at + 2] as number) << 16) |
      ((data[at + 3] as number) << 24)) >>>
    0
  );
}

/** Unsigned 32 bits at `at`, the most significant byte first. */
export function readUint32Big(data: Uint8Array, at: number): number {
  return (
    (((data[at] as number) << 24) |
      ((data[at + 1] as number) << 16) |
      ((data[at + 2] as number) << 8) |
      (data[at + 3] as number)) >>>
    0
  );
}

/** Whether the project can decode packets of this LINKTYPE_ value. */
export function unknownLinkType(linkType: number): CaptureFault {
  return {
    code: 'CAPTURE_LINK_TYPE',
    found: `link type ${linkType} (LINKTYPE_ value) is not decoded`,
    hint: `capture on an interface with Ethernet, Linux cooked, loopback, PPP or raw IP packets (link types ${Object.values(LINK_TYPE).join(', ')})`,
  };
}
