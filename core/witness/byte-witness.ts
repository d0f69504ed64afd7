/**
 * Looks over the parser's shoulder: which stream bytes did not get into a message, and why. Together with the exchanges
 * (their messages know their stream offset, length and missing ranges) every byte of a flow has one place.
 */
import type { Direction, Flow } from '../flow/flow.ts';
import type { ByteCount, StreamOffset } from '../units.ts';

export interface ByteWitness {
  /** @param direction in the sense of `flow`, whose ends are exchanged against the collector's where content showed them so */
  discarded(flow: Flow, direction: Direction, offset: StreamOffset, byteCount: ByteCount, reason: string): void;
}
