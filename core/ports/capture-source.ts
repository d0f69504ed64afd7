/**
 * Port `CaptureSource`: packets in the order in which they were captured.
 *
 * An adapter owes: batches that are never empty; bytes that it never writes again; an end of the iteration when the
 * capture ends or `stop` was called, after handing over everything read until then; a `BytecopyError` that names file
 * and offset where the input is broken, after everything before the break was handed over. It may not drop in silence.
 */
import type { Packet } from '../packet.ts';

export interface CaptureCapabilities {
  /** Who stamped the packets: the kernel, the file that was read, or the reading process. */
  readonly timestamps: 'kernel' | 'file' | 'reader';
  /** Whether `statistics` knows what the kernel dropped. */
  readonly dropCounts: boolean;
  /** Live traffic that does not wait: a consumer that is too slow must drop and count, never hold it up. */
  readonly live: boolean;
}

export interface CaptureStatistics {
  /** Packets handed over by this source. */
  readonly delivered: number;
  /** Packets the kernel saw and dropped for want of buffer; undefined where the source cannot know. */
  readonly droppedByKernel: number | undefined;
  /** Packets the interface dropped; undefined where the source cannot know. */
  readonly droppedByInterface: number | undefined;
}

export interface CaptureSource {
  /** What is read, for people: `interface lo`, `file a.pcap`. */
  readonly name: string;
  readonly capabilities: CaptureCapabilities;
  packets(): AsyncIterable<readonly Packet[]>;
  /** Resolves when packets are being captured; rejects with the reason when they cannot be. */
  started(): Promise<void>;
  statistics(): CaptureStatistics;
  stop(): Promise<void>;
}
