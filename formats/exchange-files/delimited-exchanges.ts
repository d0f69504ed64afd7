/**
 * Exchanges as protobuf, each behind its length, as every protobuf library reads and writes delimited messages:
 *
 *     +-----------------+------------------------+-----------------+---
 *     | length (varint) | Exchange, schema bytes | length (varint) | …      `core/schema/exchange.proto`
 *     +-----------------+------------------------+-----------------+---
 */
import { type ByteCount, BytecopyError, decodeExchange, type Exchange, encodeExchange } from '../../core/index.ts';
import { GrowingBytes } from '../recorded/growing-bytes.ts';

const MAX_EXCHANGE_BYTES: ByteCount = 1024 * 1024 * 1024;
/** A length of five bytes holds 35 bits. */
const MAX_LENGTH_BYTES = 5;

export function encodeDelimited(exchange: Exchange): Uint8Array {
  const bytes = encodeExchange(exchange);
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) length.push((rest % 128) | 0x80);
  length.push(rest);
  return Buffer.concat([Buffer.from(length), bytes]);
}

export class DelimitedReader {
  /** Set at the first message that cannot be read; what came before it was handed over. */
  failure: BytecopyError | undefined;
  readonly #name: string;
  readonly #rest = new GrowingBytes();
  #position = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** @param bytes kept: the exchanges are views of them */
  push(bytes: Uint8Array): readonly Exchange[] {
    if (this.failure !== undefined) return [];
    this.#rest.append(bytes);
    const read = this.#rest.bytes;
    const exchanges: Exchange[] = [];
    let at = 0;
    for (;;) {
      const head = readLength(read, at);
      if (head === undefined) break;
      if (head.length > MAX_EXCHANGE_BYTES || head.length === 0) {
        this.#fail(at, `announces ${head.length} bytes`);
        break;
      }
      const end = head.end + head.length;
      if (end > read.length) break;
      try {
        exchanges.push(decodeExchange(read.subarray(head.end, end)));
      } catch (error) {
        this.#fail(at, (error as Error).message);
        break;
      }
      at = end;
    }
    this.#rest.cut(at);
    this.#position += at;
    return exchanges;
  }

  end(): readonly Exchange[] {
    if (this.failure === undefined && this.#rest.bytes.length > 0) this.#fail(0, 'ends before its length');
    return [];
  }

  #fail(at: number, why: string): void {
    this.failure = new BytecopyError(
      'EXCHANGES_CORRUPT',
      `${this.#name}: the message at byte ${this.#position + at} ${why}`,
      { hint: 'delimited messages of bytecopy.v1.Exchange are read, as bytecopy export --as protobuf writes them' },
    );
  }
}

function readLength(bytes: Buffer, at: number): { readonly length: number; readonly end: number } | undefined {
  let length = 0;
  for (let i = 0; i < MAX_LENGTH_BYTES; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return { length, end: at + i + 1 };
  }
  return { length: Number.POSITIVE_INFINITY, end: at };
}
