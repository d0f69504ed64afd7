/** The border between reading messages and pairing them. */
import type { ByteCount, Direction, Message, Micros, StreamOffset } from '../../core/index.ts';

/** What a reader tells; `direction` is 0 from the client, 1 from the server. */
export interface MessageOwner {
  /**
   * The head just read, in the shared `MessageHead`, begins a message.
   *
   * @param bytes where it was read, from `start` on; borrowed
   * @returns not empty: the message is left out, its bytes are discarded with this reason
   */
  begin(direction: Direction, bytes: Uint8Array, start: number, offset: StreamOffset, at: Micros): string;
  /** @param message undefined where the message is left out; `reason` is empty when it ended as it should */
  ended(direction: Direction, message: Message | undefined, keptBytes: ByteCount, reason: string): void;
  /** Marks this moment in the order of the flow. */
  mark(): number;
  /** Messages of this direction may have been missed. @param mark when the bytes came that are given up, from `mark` */
  lost(direction: Direction, mark: number): void;
  /** @param direction as in `begin` */
  discard(direction: Direction, offset: StreamOffset, byteCount: ByteCount, reason: string): void;
}
