/**
 * A flow of a protocol that is not parsed, kept as it is: the bytes of both sides, in the order in which they spoke.
 *
 *   client  ▓▓▓     ▓▓          ▓▓▓▓
 *   server      ▓▓▓     ▓▓▓▓▓▓      ▓▓
 *   turns   1   2   3   4       │1   2        a long session is cut into pieces, where the client speaks if possible
 *
 * Gaps are missing ranges of the messages and count in the turns. Where a piece ends depends on the bytes, their order
 * and times, not on the chunks they came in.
 */
import {
  type ByteCount,
  type CloseReason,
  type Direction,
  type Flow,
  type Message,
  type Micros,
  NOTHING_MASKED,
  type SealedRange,
  type StreamOffset,
} from '../../core/index.ts';
import { endReason } from '../close-reason.ts';
import { KeptBytes } from '../message/kept-bytes.ts';
import type { ParserContext } from '../parser-context.ts';
import type { ProtocolFlow } from '../protocol-flow.ts';
import {
  FULL_PIECE_BYTES,
  IDLE_MICROS,
  MAX_PIECE_BYTES,
  MAX_PIECE_MICROS,
  MAX_PIECE_TURNS,
  OLD_PIECE_MICROS,
} from './session-limits.ts';
import { SessionPiece } from './session-piece.ts';

const CONTINUED = 'session-continued';
const CONTINUES = 'session-continues';

/** By whether the piece has one before it (1) and whether the flow goes on behind it (2). */
const NOTES: readonly (readonly string[])[] = [[], [CONTINUED], [CONTINUES], [CONTINUED, CONTINUES]];
const NOTHING_SEALED: readonly SealedRange[] = Object.freeze([]);
const NO_MESSAGES: readonly Message[] = Object.freeze([]);

export class SessionFlow implements ProtocolFlow {
  readonly #flow: Flow;
  readonly #context: ParserContext;
  readonly #name: string;
  readonly #attributes: Readonly<Record<string, string>>;
  readonly #service: string;
  readonly #kept: KeptBytes;
  readonly #piece: SessionPiece;
  #lastAt: Micros = 0;
  /** A piece of it is out. */
  #continued = false;
  readonly #closed: [CloseReason | undefined, CloseReason | undefined] = [undefined, undefined];

  /** @param name of the protocol as recognised, or `unknown` */
  constructor(flow: Flow, context: ParserContext, name: string, attributes: Readonly<Record<string, string>>) {
    this.#flow = flow;
    this.#context = context;
    this.#name = name;
    this.#attributes = { protocol: name, ...attributes };
    const called = context.services.called(flow.server, '');
    if (!called.configured && attributes.tunnel === undefined) context.ledger.addFact('services-unnamed');
    this.#service = called.name;
    this.#kept = new KeptBytes(context.kept, context.options.maxFlowPendingBytes);
    this.#piece = new SessionPiece(context.options.countOnly ? undefined : context.slab, this.#kept);
  }

  push(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    this.#cutBefore(direction, at);
    let start = 0;
    while (start < bytes.length) {
      if (this.#piece.seenBytes === MAX_PIECE_BYTES) this.#emit('', true);
      const end = Math.min(bytes.length, start + MAX_PIECE_BYTES - this.#piece.seenBytes);
      this.#piece.add(direction, bytes, start, end, offset + start, at);
      start = end;
    }
  }

  gap(direction: Direction, byteCount: ByteCount, at: Micros, offset: StreamOffset): void {
    this.#cutBefore(direction, at);
    this.#piece.skip(direction, byteCount, offset, at);
  }

  close(direction: Direction, reason: CloseReason): void {
    this.#closed[direction] = reason;
    const [client, server] = this.#closed;
    if (client === undefined || server === undefined) return;
    this.#emit(endReason(client) || endReason(server), false);
  }

  tick(at: Micros): void {
    if (this.#piece.speaker === undefined) return;
    if (at - this.#lastAt >= IDLE_MICROS || at - this.#piece.firstAt >= MAX_PIECE_MICROS) this.#emit('', true);
  }

  /** Ends the piece before what the direction says now, where it is time to. */
  #cutBefore(direction: Direction, at: Micros): void {
    const piece = this.#piece;
    const { speaker } = piece;
    const idle = at - this.#lastAt;
    this.#lastAt = at;
    if (speaker === undefined) return;
    const age = at - piece.firstAt;
    if (idle >= IDLE_MICROS || age >= MAX_PIECE_MICROS) this.#emit('', true);
    else if (speaker === direction) return;
    else if (piece.turnCount >= MAX_PIECE_TURNS) this.#emit('', true);
    else if (direction === 0 && isFull(piece, age)) this.#emit('', true);
  }

  /** The piece as it stands; nothing where no byte of it was seen. */
  #emit(endReason: string, continues: boolean): void {
    const { seenBytes, keptBytes } = this.#piece;
    const { id, request, response, turns } = this.#piece.finish(this.#flow.id);
    if (seenBytes === 0) return;
    const { bytes, messages, counts, ledger, sink, options } = this.#context;
    bytes.held -= seenBytes;
    bytes.out += seenBytes;
    this.#kept.release(keptBytes);
    const sides = (request === undefined ? 0 : 1) + (response === undefined ? 0 : 1);
    messages.in += sides;
    messages.setAside('session', this.#name, sides);
    counts.sessions++;
    const hasGaps = (request?.missing.length ?? 0) + (response?.missing.length ?? 0) > 0;
    const notes = NOTES[(this.#continued ? 1 : 0) + (continues ? 2 : 0)] as readonly string[];
    if (!this.#continued) ledger.addFact(`flows-kept:${this.#name}`);
    this.#continued = true;
    if (!sink.takes(this.#flow)) return;
    sink.exchange({
      id,
      flow: this.#flow,
      origin: options.origin,
      protocol: 'tcp',
      source: this.#context.services.caller(this.#flow.client),
      service: this.#service,
      operation: this.#name,
      verb: '',
      path: '',
      status: 0,
      outcome: 'session',
      reason: hasGaps ? 'gap' : endReason,
      trace: undefined,
      session: this.#flow.id,
      request,
      response,
      interim: NO_MESSAGES,
      notes,
      sealed: NOTHING_SEALED,
      masked: NOTHING_MASKED,
      attributes: this.#attributes,
      turns,
    });
  }
}

function isFull(piece: SessionPiece, age: Micros): boolean {
  return piece.seenBytes >= FULL_PIECE_BYTES || piece.turnCount >= MAX_PIECE_TURNS / 2 || age >= OLD_PIECE_MICROS;
}
