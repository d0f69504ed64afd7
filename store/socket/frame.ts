/**
 * What the owner answers through its socket, frame after frame in the body of an HTTP response.
 *
 *     0       1            5               5 + length
 *     +-------+------------+---------------+-------+--
 *     | kind  | length u32 | bytes         | kind  | …     length big-endian
 *     +-------+------------+---------------+-------+--
 *
 * `exchange` is protobuf (`core/schema/exchange.proto`); `page` (no bytes) ends a page; `value`, `damage` and `error`
 * are JSON. Every answer ends with `end` or `error`: one that ends otherwise was cut off.
 */
import { type ByteCount, BytecopyError } from '../../core/index.ts';

export const FRAME = { exchange: 1, page: 2, value: 3, damage: 4, error: 5, end: 6, scanned: 7 } as const;
export type FrameKind = (typeof FRAME)[keyof typeof FRAME];

export const FRAME_HEADER_BYTES = 5;
/** Longest frame taken; an exchange in parts stays under the body limit of the parser. */
const MAX_FRAME_BYTES: ByteCount = 1024 * 1024 * 1024;

export interface Frame {
  readonly kind: number;
  readonly bytes: Buffer;
}

export function encodeFrame(kind: FrameKind, bytes: Uint8Array = Buffer.alloc(0)): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + bytes.length);
  frame[0] = kind;
  frame.writeUInt32BE(bytes.length, 1);
  frame.set(bytes, FRAME_HEADER_BYTES);
  return frame;
}

export function encodeJsonFrame(kind: FrameKind, value: unknown): Buffer {
  return encodeFrame(kind, Buffer.from(JSON.stringify(value)));
}

/** Cuts a byte stream into frames, whose bytes are views of what was pushed where it came in one piece. */
export class FrameCutter {
  #chunks: Buffer[] = [];
  #byteCount = 0;
  /** Bytes without which there is nothing to cut. */
  #needed = FRAME_HEADER_BYTES;

  /** @throws BytecopyError `STORE_SOCKET` for a length that no frame of ours has */
  push(chunk: Buffer): readonly Frame[] {
    this.#chunks.push(chunk);
    this.#byteCount += chunk.length;
    if (this.#byteCount < this.#needed) return [];
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const frames: Frame[] = [];
    let at = 0;
    this.#needed = FRAME_HEADER_BYTES;
    while (bytes.length - at >= FRAME_HEADER_BYTES) {
      const length = bytes.readUInt32BE(at + 1);
      if (length > MAX_FRAME_BYTES) {
        throw new BytecopyError('STORE_SOCKET', `the owner of the store sent a frame of ${length} bytes`, {
          hint: 'use the same version of bytecopy on both sides',
        });
      }
      const end = at + FRAME_HEADER_BYTES + length;
      if (end > bytes.length) {
        this.#needed = FRAME_HEADER_BYTES + length;
        break;
      }
      frames.push({ kind: bytes[at] as number, bytes: bytes.subarray(at + FRAME_HEADER_BYTES, end) });
      at = end;
    }
    this.#chunks = at < bytes.length ? [bytes.subarray(at)] : [];
    this.#byteCount = bytes.length - at;
    return frames;
  }
}
