/** What one direction does about the bytes behind a loss of framing, until a message is believed to begin among them. */
import type { ByteCount, Direction, Micros, StreamOffset } from '../../core/index.ts';
import type { KeptBytes } from '../message/kept-bytes.ts';
import { LostStretch } from './lost-stretch.ts';
import type { MessageOwner } from './message-owner.ts';
import { NO_START, type StretchEnd } from './start-search.ts';

const NOTHING = new Uint8Array(0);

/** Bytes to be read as if they came now. */
export interface HeldPiece {
  readonly bytes: Uint8Array;
  readonly offset: StreamOffset;
  readonly at: Micros;
}

export class LossRecovery {
  /** The message that comes is the first one after a loss. */
  resynchronised = false;
  /** Bytes discarded since that loss. */
  givenUpBytes: ByteCount = 0;
  /** Why bytes are discarded. */
  reason: string;
  /** Nothing is believed before the other side shows that a message begins. */
  hopeless = false;
  readonly #direction: Direction;
  readonly #owner: MessageOwner;
  readonly #kept: KeptBytes;
  /** Only whole messages were read up to the loss. */
  #between = false;
  #stretch: LostStretch | undefined;

  constructor(direction: Direction, owner: MessageOwner, kept: KeptBytes, reason: string) {
    this.#direction = direction;
    this.#owner = owner;
    this.#kept = kept;
    this.reason = reason;
  }

  /** What is held; empty where nothing is. */
  get held(): Uint8Array {
    return this.#stretch?.bytes ?? NOTHING;
  }

  get holds(): boolean {
    return this.#stretch !== undefined;
  }

  /** @param between only whole messages were read up to here */
  begin(reason: string, between: boolean): void {
    this.reason = reason;
    this.#between = between;
    this.hopeless = false;
    this.resynchronised = true;
    this.#owner.lost(this.#direction, between);
  }

  /** A message was believed to begin, and did not. */
  goOn(): void {
    this.#between = false;
  }

  /** @returns position behind what there was room for; `start` where there was none */
  hold(bytes: Uint8Array, start: number, end: number, offset: StreamOffset, at: Micros): number {
    this.#stretch ??= new LostStretch(offset + start, this.#between, this.#kept);
    return this.#stretch.hold(bytes, start, end, at);
  }

  /** Nothing more can be held: it has to be decided on what there is. */
  get full(): boolean {
    return this.#stretch?.full === true;
  }

  /**
   * Decides on what is held: discards what precedes the first believed message.
   *
   * @returns what is to be read on; undefined when nothing is believed, then all of it is discarded
   */
  settle(end: StretchEnd): readonly HeldPiece[] | undefined {
    const stretch = this.#stretch;
    if (stretch === undefined) return undefined;
    const { bytes, offset, pieces } = stretch;
    const start = this.#owner.findStart(this.#direction, bytes, stretch.followsGap, end);
    if (start === NO_START) {
      this.drop();
      return undefined;
    }
    this.#stretch = undefined;
    stretch.release();
    this.giveUp(offset, start);
    const believed: HeldPiece[] = [];
    let from = start;
    for (const piece of pieces) {
      if (piece.end <= from) continue;
      believed.push({ bytes: bytes.subarray(from, piece.end), offset: offset + from, at: piece.at });
      from = piece.end;
    }
    return believed;
  }

  /** Gives up what is held. */
  drop(): void {
    const stretch = this.#stretch;
    if (stretch === undefined) return;
    this.#stretch = undefined;
    stretch.release();
    this.giveUp(stretch.offset, stretch.length);
    this.#owner.lost(this.#direction, false);
  }

  giveUp(offset: StreamOffset, byteCount: ByteCount): void {
    if (byteCount === 0) return;
    if (this.resynchronised) this.givenUpBytes += byteCount;
    this.#owner.discarded(this.#direction, offset, byteCount, this.reason);
  }
}
