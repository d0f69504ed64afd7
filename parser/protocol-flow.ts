/**
 * One flow of a protocol that is parsed: bytes of both directions in, messages and exchanges out through the context's
 * sink. `flow-parser.ts` starts one when the first bytes told the protocol.
 *
 * Every byte given to `push` stands in `context.bytes.held` and is settled once: into a message (`out`), or discarded
 * with a reason. Bytes of a gap are settled already.
 */
import type { ByteCount, CloseReason, Direction, Micros, StreamOffset } from '../core/index.ts';

export interface FlowHost {
  /** What is known of the flow before its protocol began: `tunnel`, `proxiedClient`. Its exchanges have them among theirs. */
  readonly attributes: Readonly<Record<string, string>>;
  /**
   * The protocol has ended on this flow and another follows, as after CONNECT or an upgrade: nothing is pushed any more.
   *
   * @param agreed name of what follows, empty where its bytes have to tell
   */
  handOver(agreed: string): void;
  /** After `handOver`: bytes that were pushed and belong to what follows. They still stand in `held`, and are borrowed. */
  handBack(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): void;
}

export interface ProtocolFlow {
  /** @param offset stream offset of the first byte; bytes are borrowed */
  push(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): void;
  /** @param offset stream offset of the first missing byte */
  gap(direction: Direction, byteCount: ByteCount, at: Micros, offset: StreamOffset): void;
  /** Once a direction; nothing of it follows. */
  close(direction: Direction, reason: CloseReason): void;
  /** Ends what waited for too long. */
  tick(at: Micros): void;
}
