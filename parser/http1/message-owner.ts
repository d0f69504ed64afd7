/** The border between reading messages and pairing them: what a reader asks its owner, and what it tells. */
import type { ByteCount, Direction, Message, Micros, StreamOffset } from '../../core/index.ts';
import type { BodyFraming } from './body-framing.ts';
import type { StretchEnd } from './start-search.ts';

/** What the reader asks and tells; `direction` is 0 for requests, 1 for responses. */
export interface MessageOwner {
  /** Whether a message may begin with these bytes, for all that is seen of them: asked where the beginning was not seen. */
  maybeStart(direction: Direction, bytes: Uint8Array, start: number, end: number): boolean;
  /**
   * Reads a head.
   *
   * @param strict only a start line with an HTTP/1 version counts
   * @returns position behind it, `INCOMPLETE`, or `NOT_A_START_LINE`
   */
  readHead(direction: Direction, bytes: Uint8Array, start: number, end: number, strict: boolean): number;
  /** Whether bytes that are no head are a message all the same, which then begins: the answer to HTTP/0.9. */
  beginBare(direction: Direction): boolean;
  /** The head just read begins a message. */
  begin(direction: Direction, bytes: Uint8Array, streamOffset: StreamOffset, at: Micros): MessageStart;
  /**
   * @param message undefined where the message is left out
   * @param reason empty when it ended as it should
   * @param marks bits of `MARK` that its body adds
   */
  ended(direction: Direction, message: Message | undefined, keptBytes: ByteCount, reason: string, marks: number): void;
  /** Bytes behind the end of HTTP on this flow. */
  tunnelled(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): void;
  /**
   * Messages of this direction may have been missed from here on, or more of them.
   *
   * @param between only whole messages were read up to here
   */
  lost(direction: Direction, between: boolean): void;
  /** Whether a message may begin before the other side has answered, or asked. */
  mayPipeline(direction: Direction): boolean;
  /**
   * Looks for the first message to be believed among bytes that follow a loss.
   *
   * @param followsGap only whole messages were read up to the gap before the bytes
   * @param end what is known about where the bytes end
   * @returns its position, or `NO_START`
   */
  findStart(direction: Direction, bytes: Uint8Array, followsGap: boolean, end: StretchEnd): number;
  /** Bytes that get into no message. */
  discarded(direction: Direction, offset: StreamOffset, byteCount: ByteCount, reason: string): void;
}

export interface MessageStart {
  framing: BodyFraming;
  /** Not empty: the message is left out, its bytes are discarded with this reason. */
  leaveOut: string;
}
