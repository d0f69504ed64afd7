/**
 * Protocol Buffers reader for bytes that may be hostile: `pbf` with every length checked against its message's end.
 *
 * One reader serves many messages (`open`), because making one costs as much as reading a small message. A field's key
 * is its number times 8 plus its wire type, so keys are spelled in octal here: `0o62` is field 6, wire type 2. What is
 * not known is skipped. Source: protobuf.dev, "Encoding".
 */
import { PbfReader } from 'pbf';
import { BytecopyError } from '../errors.ts';
import { decodeText, readText } from './text-table.ts';

const NOTHING = new Uint8Array(0);

export class SchemaReader extends PbfReader {
  constructor() {
    super(NOTHING);
  }

  open(bytes: Uint8Array): void {
    this.buf = bytes;
    this.pos = 0;
    this.length = bytes.length;
  }

  /** Lets go of the bytes. */
  close(): void {
    this.buf = NOTHING;
  }

  /** @throws BytecopyError `SCHEMA_INVALID` when the number is above `max` */
  count(what: string, max = Number.MAX_SAFE_INTEGER): number {
    const value = this.readVarint();
    if (!(value <= max)) throw invalid(`${what} is out of range`);
    return value;
  }

  /** Position behind a length-delimited value that begins here. */
  end(limit: number): number {
    const byteCount = this.readVarint();
    const end = this.pos + byteCount;
    if (!(end <= limit)) throw invalid(`a value of ${byteCount} bytes reaches past the end of its message`);
    return end;
  }

  /** A text that is likely to have been read before. */
  text(limit: number): string {
    const end = this.end(limit);
    const text = readText(this.buf, this.pos, end);
    this.pos = end;
    return text;
  }

  /** A text that is different every time. */
  freshText(limit: number): string {
    const end = this.end(limit);
    const text = decodeText(this.buf, this.pos, end);
    this.pos = end;
    return text;
  }

  /** A view, no copy. */
  view(limit: number): Uint8Array {
    const end = this.end(limit);
    const view = new Uint8Array(this.buf.buffer, this.buf.byteOffset + this.pos, end - this.pos);
    this.pos = end;
    return view;
  }

  /** Low or high half of a fixed64, which come in this order. */
  half(limit: number): number {
    const { buf, pos } = this;
    if (pos + 4 > limit) throw invalid('a fixed value reaches past the end of its message');
    this.pos += 4;
    const low = (buf[pos] as number) | ((buf[pos + 1] as number) << 8) | ((buf[pos + 2] as number) << 16);
    return (low | ((buf[pos + 3] as number) << 24)) >>> 0;
  }

  /** Checks that a message ended where its length says. */
  ended(end: number): void {
    if (this.pos !== end) throw invalid(`a message that should end at byte ${end} ends at byte ${this.pos}`);
  }
}

export function invalid(finding: string, cause?: unknown): BytecopyError {
  return new BytecopyError('SCHEMA_INVALID', `not an exchange: ${finding}`, {
    hint: 'the bytes are damaged or something else wrote them',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The text as one of these words. */
export function oneOf<T extends string>(words: ReadonlySet<T>, text: string, what: string): T {
  if (!words.has(text as T)) throw invalid(`unknown ${what} ${JSON.stringify(text)}`);
  return text as T;
}
