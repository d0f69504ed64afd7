/**
 * What one connection speaks: how requests become bytes, and where each answer ends.
 *
 *     begin(send) ──▶ bytes          read(bytes) ──▶ done: finish() ──▶ the send, filled
 *                                                └─▶ broken: the connection ends
 *
 * A wire has no socket and no clock. It is told of the sends in flight and takes out the one that an answer is for.
 */
import type { Send } from '../../core/index.ts';

export interface Wire {
  /** Of `PreparedRequest.wire`. */
  readonly name: string;
  /** An answer has ended; {@link finish} takes it. */
  readonly done: boolean;
  /** What came is no answer to what is in flight; nothing is read any more. */
  readonly broken: boolean;
  /** Whether the connection can carry another request after the answer that ended. */
  readonly keepAlive: boolean;
  /** Puts the send in flight. @returns the bytes that are to be written for it */
  begin(send: Send): readonly Uint8Array[];
  /**
   * @param bytes borrowed for the call
   * @returns position behind what was used: the end, or behind an answer that ended
   */
  read(bytes: Uint8Array, start: number, end: number): number;
  /** The peer closed. */
  end(): void;
  /** Only when {@link done}. @returns the send, taken out of those in flight, with what its answer was */
  finish(): Send;
}
