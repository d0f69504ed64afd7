/** The first bytes of a direction where either an announced body or the next message may come: held until its first line tells. */
import type { ByteCount, Micros, StreamOffset } from '../../core/index.ts';
import type { HeldPiece } from './loss-recovery.ts';

/** A first line that is longer is taken for the body. */
const MAX_HELD_BYTES: ByteCount = 1024;

export class HeldOpening {
  #held: HeldPiece | undefined;

  /** @returns what is held and these bytes behind it; undefined where they, too, are held: a line may begin and does not end in them */
  join(
    bytes: Uint8Array,
    offset: StreamOffset,
    at: Micros,
    mayBeLine: (joined: Uint8Array) => boolean,
  ): HeldPiece | undefined {
    const before = this.#held;
    this.#held = undefined;
    const joined = before === undefined ? bytes : new Uint8Array(Buffer.concat([before.bytes, bytes]));
    const from = before?.offset ?? offset;
    if (joined.length > MAX_HELD_BYTES || !mayBeLine(joined)) return { bytes: joined, offset: from, at };
    this.#held = { bytes: before === undefined ? new Uint8Array(bytes) : joined, offset: from, at };
    return undefined;
  }

  get holds(): boolean {
    return this.#held !== undefined;
  }

  /** No line comes any more. */
  take(): HeldPiece | undefined {
    const held = this.#held;
    this.#held = undefined;
    return held;
  }
}
