/**
 * The first bytes of a direction where either an announced body or the next message may come: held until its first line
 * tells, wherever it is cut.
 */
import type { ByteCount, Micros, StreamOffset } from '../../core/index.ts';
import { INCOMPLETE } from './field-section.ts';
import type { HeldPiece } from './loss-recovery.ts';
import type { MessageReader } from './message-reader.ts';

/** A first line that is longer is taken for the body. */
const MAX_HELD_BYTES: ByteCount = 1024;

/** How the first line of a message is read; version 9 has none. */
export interface StartLine {
  readonly version: number;
  read(bytes: Uint8Array, from: number, end: number): number;
}

export class HeldOpening {
  readonly #reader: MessageReader;
  readonly #line: StartLine;
  readonly #maybeLine: (bytes: Uint8Array, from: number, end: number) => boolean;
  readonly #withoutBody: string;
  #held: HeldPiece | undefined;

  /**
   * @param reader of the direction: its message gets the bytes, or ends without a body before them
   * @param maybeLine whether a first line may begin so
   * @param withoutBody why the message ended; empty where it is whole so
   */
  constructor(
    reader: MessageReader,
    line: StartLine,
    maybeLine: (bytes: Uint8Array, from: number, end: number) => boolean,
    withoutBody: string,
  ) {
    this.#reader = reader;
    this.#line = line;
    this.#maybeLine = maybeLine;
    this.#withoutBody = withoutBody;
  }

  get holds(): boolean {
    return this.#held !== undefined;
  }

  /** @param bytes borrowed */
  push(bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    const before = this.#held;
    this.#held = undefined;
    const joined = before === undefined ? bytes : new Uint8Array(Buffer.concat([before.bytes, bytes]));
    const from = before?.offset ?? offset;
    const { length } = joined;
    const lineEnd = this.#line.read(joined, 0, length);
    if (lineEnd === INCOMPLETE && length <= MAX_HELD_BYTES && this.#maybeLine(joined, 0, length)) {
      this.#held = { bytes: before === undefined ? new Uint8Array(bytes) : joined, offset: from, at };
      return;
    }
    if (lineEnd >= 0 && this.#line.version >= 10) this.#reader.endWithoutBody(this.#withoutBody);
    this.#reader.push(joined, from, at);
  }

  /** No line comes any more: what is held is the body. */
  end(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#reader.push(held.bytes, held.offset, held.at);
  }
}
