/** How a block's payload is packed: as it is, or by lz4 behind its length (u32, little-endian). */
import lz4 from 'lz4-napi';
import type { ByteCount } from '../../core/index.ts';

export const CODEC = { raw: 0, lz4: 1 } as const;
export type Codec = (typeof CODEC)[keyof typeof CODEC];

/** Payload lengths above this are no block of ours: an exchange in parts stays under the parser's body limit. */
const MAX_PAYLOAD_BYTES: ByteCount = 1024 * 1024 * 1024;
/** The densest lz4 can be: a run of one byte, 255 of them a byte. */
const MAX_LZ4_RATIO = 255;

/** Compresses in the thread pool, beside whatever else runs; what does not shrink stays as it is. */
export async function pack(payload: Buffer): Promise<{ readonly codec: Codec; readonly body: Buffer }> {
  const packed = await lz4.compress(payload);
  return packed.length < payload.length ? { codec: CODEC.lz4, body: packed } : { codec: CODEC.raw, body: payload };
}

/** @returns the payload, or what is wrong with the body; lz4 is undone in the thread pool */
export function unpack(codec: number, body: Buffer): Promise<Buffer | string> | Buffer | string {
  switch (codec) {
    case CODEC.raw:
      return body;
    case CODEC.lz4: {
      if (body.length < 4) return 'payload length is missing';
      const byteCount = body.readUInt32LE(0);
      // The length is allocated before a byte is read.
      if (byteCount > Math.min(MAX_PAYLOAD_BYTES, body.length * MAX_LZ4_RATIO)) return 'payload length out of range';
      return lz4.uncompress(body).catch((error: unknown) => `lz4: ${String(error)}`);
    }
    default:
      return `codec ${codec}, this build reads 0 and 1`;
  }
}
