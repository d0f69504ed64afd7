/**
 * Exchanges as JSON lines that can be read back:
 *
 *   {"id":"…", …as `find --json` prints it…, "exchange":"…"}
 *
 * `exchange` is base64 of the message `Exchange` of `core/schema/exchange.proto`: everything that is stored.
 */
import { type ByteCount, BytecopyError, decodeExchange, type Exchange, encodeExchange } from '../../core/index.ts';
import { formatExchangeLine } from '../jsonl/exchange-line.ts';
import { GrowingBytes } from '../recorded/growing-bytes.ts';

/** Longest line taken: an exchange at the parser's body limit, in base64. */
const MAX_LINE_BYTES: ByteCount = 400 * 1024 * 1024;

/** The line without its line end. */
export function formatExchangeRecord(exchange: Exchange): string {
  const bytes = encodeExchange(exchange);
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return `${formatExchangeLine(exchange).slice(0, -1)},"exchange":"${base64}"}`;
}

export class ExchangeLinesReader {
  /** Set at the first line that cannot be read; what came before it was handed over. */
  failure: BytecopyError | undefined;
  readonly #name: string;
  readonly #rest = new GrowingBytes();
  #searched = 0;
  #lines = 0;

  constructor(name: string) {
    this.#name = name;
  }

  push(bytes: Uint8Array): readonly Exchange[] {
    if (this.failure !== undefined) return [];
    this.#rest.append(bytes);
    const read = this.#rest.bytes;
    const exchanges: Exchange[] = [];
    let start = 0;
    for (;;) {
      const end = read.indexOf(0x0a, Math.max(start, this.#searched));
      if (end < 0) break;
      this.#take(read.subarray(start, end), exchanges);
      start = end + 1;
      this.#searched = start;
      if (this.failure !== undefined) return exchanges;
    }
    this.#rest.cut(start);
    this.#searched = this.#rest.bytes.length;
    if (this.#searched > MAX_LINE_BYTES) this.#fail(`is longer than ${MAX_LINE_BYTES} bytes`);
    return exchanges;
  }

  /** The last line may have no end. */
  end(): readonly Exchange[] {
    const exchanges: Exchange[] = [];
    if (this.failure === undefined && this.#rest.bytes.length > 0) this.#take(this.#rest.bytes, exchanges);
    return exchanges;
  }

  #take(line: Buffer, exchanges: Exchange[]): void {
    this.#lines++;
    if (line.toString('latin1').trim() === '') return;
    try {
      const { exchange } = (JSON.parse(line.toString()) ?? {}) as { exchange?: unknown };
      if (typeof exchange !== 'string') return this.#fail('has no "exchange": it was printed for people');
      exchanges.push(decodeExchange(Buffer.from(exchange, 'base64')));
    } catch (error) {
      this.#fail((error as Error).message);
    }
  }

  #fail(why: string): void {
    this.failure = new BytecopyError('LINES_CORRUPT', `${this.#name}: line ${this.#lines}: ${why}`, {
      hint: 'bytecopy export --as jsonl writes lines that can be read back',
    });
  }
}
