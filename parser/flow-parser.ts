/**
 * One flow from its first chunk to its end: finds out what it speaks, and hands it to the parser of that protocol.
 *
 *   undecided ──▶ spoken         a protocol that is parsed reads both directions
 *       └───────▶ other          recognised or unknown: counted by name, its bytes discarded
 *
 * Where the beginning was not seen, bytes that tell nothing are discarded as `mid-stream` and the next chunk is tried.
 */
import {
  type ByteCount,
  type CloseReason,
  type DataChunk,
  type Direction,
  type Flow,
  type GapChunk,
  type Micros,
  type StreamOffset,
  swapEnds,
} from '../core/index.ts';
import { judgeFirstBytes, MAX_UNDECIDED_BYTES } from './detection/first-bytes.ts';
import type { ParserContext } from './parser-context.ts';
import type { FlowHost, ProtocolFlow } from './protocol-flow.ts';
import type { ParsedProtocol, ProtocolStarter } from './protocol-starter.ts';

/** Verdicts that name a protocol which is parsed, and who said it: 0 the client, 1 the server. */
const SPOKEN: ReadonlyMap<string, { readonly protocol: ParsedProtocol; readonly sender: Direction }> = new Map([
  ['http-request', { protocol: 'http1', sender: 0 }],
  ['http-response', { protocol: 'http1', sender: 1 }],
]);

interface HeldChunk {
  readonly direction: Direction;
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly at: Micros;
}

export class FlowParser implements FlowHost {
  lastAt: Micros;
  readonly #flow: Flow;
  readonly #context: ParserContext;
  readonly #protocols: ProtocolStarter;
  #spoken: ProtocolFlow | undefined;
  /** Client and server as the flow has them are exchanged: content showed it. */
  #swapped = false;
  #midStream: boolean;
  /** Why bytes before the protocol are passed over, where a proxy's own protocol (SOCKS) was recognised. */
  #prelude = '';
  /** Name of what it speaks when that is not parsed. */
  #other = '';
  /** Chunks that came before it was decided, in order; bounded by {@link MAX_UNDECIDED_BYTES} a direction. */
  #held: HeldChunk[] = [];
  readonly #heldBytes: [ByteCount, ByteCount] = [0, 0];
  /** Bytes were given up without a decision. */
  #gaveUp = false;
  readonly #closed: [CloseReason | undefined, CloseReason | undefined] = [undefined, undefined];

  constructor(flow: Flow, context: ParserContext, protocols: ProtocolStarter, at: Micros, midStream: boolean) {
    this.#flow = flow;
    this.#context = context;
    this.#protocols = protocols;
    this.#midStream = midStream || flow.orientation !== 'handshake';
    this.lastAt = at;
  }

  get ended(): boolean {
    return this.#closed[0] !== undefined && this.#closed[1] !== undefined;
  }

  data(chunk: DataChunk): void {
    const { direction, bytes, offset, at } = chunk;
    this.lastAt = at;
    if (this.#spoken !== undefined) this.#spoken.push(this.#side(direction), bytes, offset, at);
    else if (this.#other !== '')
      this.#discard(direction, offset, bytes.length, this.#other === 'tunnel' ? 'tunnel' : `not-http:${this.#other}`);
    else this.#decide(chunk);
  }

  gap(chunk: GapChunk): void {
    this.lastAt = chunk.at;
    if (this.#spoken !== undefined) {
      this.#spoken.gap(this.#side(chunk.direction), chunk.byteCount, chunk.at, chunk.offset);
      return;
    }
    if (this.#other !== '') return;
    this.#midStream = true;
    this.#giveUp(chunk.direction, 'mid-stream');
  }

  close(direction: Direction, reason: CloseReason, at: Micros): void {
    this.lastAt = at;
    if (this.#closed[direction] !== undefined) return;
    this.#closed[direction] = reason;
    if (this.#spoken !== undefined) this.#spoken.close(this.#side(direction), reason);
    else if (this.ended) this.#endUndecided();
  }

  /** Ends both directions, as far as they have not. */
  end(reason: CloseReason, at: Micros): void {
    this.close(0, reason, at);
    this.close(1, reason, at);
  }

  tick(at: Micros): void {
    this.#spoken?.tick(at);
  }

  handOver(): void {
    this.#spoken = undefined;
    this.#other = 'tunnel';
  }

  handBack(direction: Direction, bytes: Uint8Array, offset: StreamOffset): void {
    this.#discard(this.#side(direction), offset, bytes.length, 'tunnel');
  }

  #decide(chunk: DataChunk): void {
    const { direction, at } = chunk;
    const first = this.#heldBytes[direction] === 0 ? chunk.bytes : this.#heldWith(chunk);
    const verdict = judgeFirstBytes(first);
    const spoken = SPOKEN.get(verdict);
    if (spoken !== undefined) {
      this.#speak(spoken.protocol, spoken.sender === direction ? 0 : 1, chunk);
    } else if (verdict === 'undecided') {
      this.#held.push({ direction, bytes: new Uint8Array(chunk.bytes), offset: chunk.offset, at });
      this.#heldBytes[direction] += chunk.bytes.length;
    } else if (verdict === 'unknown' && (this.#midStream || direction === 1)) {
      this.#passOver(chunk, this.#prelude || (this.#midStream ? 'mid-stream' : 'not-http:unknown'));
    } else if (verdict === 'socks') {
      if (this.#prelude === '') this.#context.ledger.addFact('flows:socks');
      this.#prelude = 'not-http:socks';
      this.#midStream = true;
      this.#passOver(chunk, this.#prelude);
    } else {
      this.#becomeOther(verdict);
      this.#discard(direction, chunk.offset, chunk.bytes.length, `not-http:${verdict}`);
    }
  }

  #passOver(chunk: DataChunk, reason: string): void {
    this.#giveUp(chunk.direction, reason);
    this.#discard(chunk.direction, chunk.offset, chunk.bytes.length, reason);
  }

  /** The first bytes of the direction, as far as they decide. */
  #heldWith(chunk: DataChunk): Uint8Array {
    const pieces = this.#held.filter((held) => held.direction === chunk.direction).map((held) => held.bytes);
    return Buffer.concat([...pieces, chunk.bytes.subarray(0, MAX_UNDECIDED_BYTES)]);
  }

  /** @param clientDirection direction of the collector in which the client speaks */
  #speak(protocol: ParsedProtocol, clientDirection: Direction, chunk: DataChunk): void {
    const swapped = clientDirection === 1;
    if (swapped && this.#flow.orientation === 'handshake') {
      this.#becomeOther('unknown');
      this.#discard(chunk.direction, chunk.offset, chunk.bytes.length, 'not-http:unknown');
      return;
    }
    this.#swapped = swapped;
    this.#context.ledger.addFact(`flows:${protocol}`);
    if (swapped) this.#context.ledger.addFact('flows-swapped');
    const spoken = this.#protocols.start(protocol, swapped ? swapEnds(this.#flow) : this.#flow, this.#midStream, this);
    this.#spoken = spoken;
    const held = this.#held;
    this.#held = [];
    for (const { direction, bytes, offset, at } of held) spoken.push(this.#side(direction), bytes, offset, at);
    spoken.push(this.#side(chunk.direction), chunk.bytes, chunk.offset, chunk.at);
    for (const direction of [0, 1] as const) {
      const reason = this.#closed[direction];
      if (reason !== undefined) spoken.close(this.#side(direction), reason);
    }
  }

  #becomeOther(protocol: string): void {
    this.#other = protocol;
    this.#context.ledger.addFact(`flows:${protocol}`);
    this.#giveUp(0, `not-http:${protocol}`);
    this.#giveUp(1, `not-http:${protocol}`);
  }

  #endUndecided(): void {
    if (this.#other !== '') return;
    const silent = this.#heldBytes[0] + this.#heldBytes[1] === 0 && !this.#gaveUp;
    this.#becomeOther(silent ? 'empty' : 'undecided');
  }

  #giveUp(direction: Direction, reason: string): void {
    this.#gaveUp = true;
    for (const held of this.#held) {
      if (held.direction === direction) this.#discard(direction, held.offset, held.bytes.length, reason);
    }
    this.#held = this.#held.filter((held) => held.direction !== direction);
    this.#heldBytes[direction] = 0;
  }

  #discard(direction: Direction, offset: StreamOffset, byteCount: ByteCount, reason: string): void {
    this.#context.discard(this.#flow, direction, offset, byteCount, reason);
  }

  #side(direction: Direction): Direction {
    return this.#swapped ? ((1 - direction) as Direction) : direction;
  }
}
