/** Bytes of a capture, in whatever pieces they come → batches of packets. */
import type { Packet } from '../../core/index.ts';
import type { CaptureReader } from '../../formats/index.ts';

export type PacketBatches = AsyncGenerator<readonly Packet[], void, void>;

/**
 * Ends with the pieces or with the reader's failure, whichever comes first; whether the input ended where a capture
 * may is the caller's to ask (`reader.end()`).
 *
 * @param pieces bytes that are never written again
 */
export async function* readPackets(pieces: AsyncIterable<Uint8Array>, reader: CaptureReader): PacketBatches {
  for await (const piece of pieces) {
    const packets = reader.push(piece);
    if (packets.length > 0) yield packets;
    if (reader.failure !== undefined) return;
  }
}
