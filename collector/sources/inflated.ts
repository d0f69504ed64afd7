/**
 * Bytes that may be gzip → bytes. Told apart by the magic (RFC 1952, section 2.3.1), so names do not matter; several
 * members one after the other are one input, as gzip itself reads them.
 *
 * The inflater is fed a bounded piece at a time and what came out is handed on before the next, so that nothing is
 * lost of what stands before a fault, and nothing piles up.
 */
import { createGunzip, type Gunzip } from 'node:zlib';
import { type ByteCount, BytecopyError } from '../../core/index.ts';

const GZIP_MAGIC = [0x1f, 0x8b];
/** Compressed bytes inflated at a time: at deflate's limit of 1032 to 1 that is 64 MiB at once. */
const PIECE_BYTES: ByteCount = 64 * 1024;
/** The inflater's buffer; it takes a new one when this is full, so what it gave stays as it is. */
const OUTPUT_BYTES: ByteCount = 1024 * 1024;

/**
 * @param name what is read, for the message
 * @throws BytecopyError `CAPTURE_GZIP` with name and offset, after everything that could be inflated
 */
export async function* inflated(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array, void, void> {
  let inflating: Inflating | undefined;
  let head: Uint8Array = new Uint8Array(0);
  let plain = false;
  try {
    for await (const piece of pieces) {
      if (plain) {
        yield piece;
      } else if (inflating !== undefined) {
        yield* inflating.push(piece);
      } else {
        head = head.length === 0 ? piece : Buffer.concat([head, piece]);
        if (head.length < GZIP_MAGIC.length) continue;
        if (GZIP_MAGIC.every((byte, index) => head[index] === byte)) {
          inflating = new Inflating(name);
          yield* inflating.push(head);
        } else {
          plain = true;
          yield head;
        }
        head = new Uint8Array(0);
      }
    }
    if (head.length > 0) yield head;
    if (inflating !== undefined) yield* inflating.end();
  } finally {
    inflating?.close();
  }
}

class Inflating {
  readonly #name: string;
  readonly #gunzip: Gunzip;
  #offset: ByteCount = 0;
  #output: Uint8Array[] = [];
  #fault: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(name: string) {
    this.#name = name;
    this.#gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
    this.#gunzip.on('data', (bytes: Uint8Array) => this.#output.push(bytes));
    this.#gunzip.on('error', (error) => {
      this.#fault = error;
      this.#wake?.();
    });
  }

  async *push(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
    for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
      const piece = bytes.subarray(start, start + PIECE_BYTES);
      await new Promise<void>((resolve) => {
        // A write that fails is not always called back.
        this.#wake = resolve;
        this.#gunzip.write(piece, () => resolve());
      });
      yield* this.#taken();
      if (this.#fault !== undefined) throw this.#broken('is not valid gzip', this.#fault);
      this.#offset += piece.length;
    }
  }

  async *end(): AsyncGenerator<Uint8Array, void, void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#gunzip.once('end', resolve).end();
    });
    yield* this.#taken();
    if (this.#fault !== undefined) throw this.#broken('the gzip data is cut off', this.#fault);
  }

  close(): void {
    this.#gunzip.destroy();
  }

  #taken(): readonly Uint8Array[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  #broken(what: string, cause: Error): BytecopyError {
    return new BytecopyError('CAPTURE_GZIP', `${this.#name}: ${what} at byte ${this.#offset} (${cause.message})`, {
      hint: 'the packets before it were kept; copy the file again, or take the original',
      cause,
    });
  }
}
