/** A part of a session in the making: what both sides said, and in which order. */
import {
  type ByteCount,
  type Direction,
  type ExchangeId,
  type FlowId,
  LONE_RESPONSE_INDEX,
  type Message,
  type Micros,
  type StreamOffset,
  type Turn,
} from '../../core/index.ts';
import type { KeptBytes } from '../message/kept-bytes.ts';
import { MessageBuilder } from '../message/message-builder.ts';
import type { Slab } from '../message/slab.ts';
import { MAX_PIECE_BYTES } from './session-limits.ts';

interface OpenTurn {
  readonly direction: Direction;
  byteCount: ByteCount;
  readonly firstByteAt: Micros;
}

export class SessionPiece {
  readonly #builders: readonly [MessageBuilder, MessageBuilder];
  readonly #begun: [boolean, boolean] = [false, false];
  readonly #offsets: [StreamOffset, StreamOffset] = [0, 0];
  readonly #firstAts: [Micros, Micros] = [0, 0];
  #turns: OpenTurn[] = [];

  /** @param slab absent where bytes are counted and not kept */
  constructor(slab: Slab | undefined, kept: KeptBytes) {
    this.#builders = [new MessageBuilder(slab, kept, MAX_PIECE_BYTES), new MessageBuilder(slab, kept, MAX_PIECE_BYTES)];
  }

  /** Bytes seen of both sides. */
  get seenBytes(): ByteCount {
    return this.#seen(0) + this.#seen(1);
  }

  /** Bytes copied, which the flow's kept bytes stand for. */
  get keptBytes(): ByteCount {
    return (this.#begun[0] ? this.#builders[0].keptBytes : 0) + (this.#begun[1] ? this.#builders[1].keptBytes : 0);
  }

  get turnCount(): number {
    return this.#turns.length;
  }

  get firstAt(): Micros {
    return this.#turns[0]?.firstByteAt ?? 0;
  }

  /** Who spoke last; undefined while nobody has. */
  get speaker(): Direction | undefined {
    return this.#turns[this.#turns.length - 1]?.direction;
  }

  add(direction: Direction, bytes: Uint8Array, start: number, end: number, offset: StreamOffset, at: Micros): void {
    this.#turn(direction, end - start, offset, at).append(bytes, start, end, at);
  }

  skip(direction: Direction, byteCount: ByteCount, offset: StreamOffset, at: Micros): void {
    this.#turn(direction, byteCount, offset, at).skip(byteCount);
  }

  /** Everything so far, once: the piece is empty then. A side that said nothing has no message. */
  finish(flow: FlowId): {
    readonly id: ExchangeId;
    readonly request: Message | undefined;
    readonly response: Message | undefined;
    readonly turns: readonly Turn[];
  } {
    const side: Direction = this.#begun[0] ? 0 : 1;
    const id: ExchangeId = {
      at: this.#firstAts[side],
      flow,
      offset: this.#offsets[side],
      index: side === 0 ? 0 : LONE_RESPONSE_INDEX,
    };
    const turns = this.#turns;
    this.#turns = [];
    return { id, request: this.#message(0), response: this.#message(1), turns };
  }

  #seen(direction: Direction): ByteCount {
    return this.#begun[direction] ? this.#builders[direction].seenBytes : 0;
  }

  #message(direction: Direction): Message | undefined {
    if (!this.#begun[direction]) return undefined;
    this.#begun[direction] = false;
    return this.#builders[direction].finish(true);
  }

  /** The direction's message, its bytes counted in the turn they belong to. */
  #turn(direction: Direction, byteCount: ByteCount, offset: StreamOffset, at: Micros): MessageBuilder {
    const builder = this.#builders[direction];
    if (!this.#begun[direction]) {
      this.#begun[direction] = true;
      this.#offsets[direction] = offset;
      this.#firstAts[direction] = at;
      builder.begin(offset, at, 0, -1);
    }
    const last = this.#turns[this.#turns.length - 1];
    if (last !== undefined && last.direction === direction) last.byteCount += byteCount;
    else this.#turns.push({ direction, byteCount, firstByteAt: at });
    return builder;
  }
}
