/**
 * One flow from its first chunk to its end: finds out what it speaks, and hands HTTP/1 on.
 *
 *   undecided ──▶ http1          both directions are read as HTTP/1
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
  swapEnds,
} from '../core/index.ts';
import { judgeFirstBytes, MAX_UNDECIDED_BYTES } from './detection/first-bytes.ts';
import type { Http1Context } from './http1/http1-context.ts';
import { Http1Flow } from './http1/http1-flow.ts';

interface HeldChunk {
  readonly direction: Direction;
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly at: Micros;
}

export class FlowParser {
  lastAt: Micros;
  readonly #flow: Flow;
  readonly #context: Http1Context;
  #http1: Http1Flow | undefined;
  /** Client and server as the flow has them are exchanged: content showed it. */
  #swapped = false;
  #midStream: boolean;
  /** Why bytes before HTTP are passed over, where a proxy's own protocol (SOCKS) was recognised. */
  #prelude = '';
  /** Name of what it speaks when that is not HTTP/1. */
  #other = '';
  /** Chunks that came before it was decided, in order; bounded by {@link MAX_UNDECIDED_BYTES} a direction. */
  #held: HeldChunk[] = [];
  readonly #heldBytes: [ByteCount, ByteCount] = [0, 0];
  /** Bytes were given up without a decision. */
  #gaveUp = false;
  readonly #closed: [CloseReason | undefined, CloseReason | undefined] = [undefined, undefined];

  constructor(flow: Flow, context: Http1Context, at: Micros, midStream: boolean) {
    this.#flow = flow;
    this.#context = context;
    this.#midStream = midStream || flow.orientation !== 'handshake';
    this.lastAt = at;
  }

  get ended(): boolean {
    return this.#closed[0] !== undefined && this.#closed[1] !== undefined;
  }

  data(chunk: DataChunk): void {
    const { direction, bytes, offset, at } = chunk;
    this.lastAt = at;
    if (this.#http1 !== undefined) this.#http1.push(this.#side(direction), bytes, offset, at);
    else if (this.#other !== '') this.#discard(bytes.length, `not-http:${this.#other}`);
    else this.#decide(chunk);
  }

  gap(chunk: GapChunk): void {
    this.lastAt = chunk.at;
    if (this.#http1 !== undefined) {
      this.#http1.gap(this.#side(chunk.direction), chunk.byteCount, chunk.at);
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
    if (this.#http1 !== undefined) this.#http1.close(this.#side(direction), reason);
    else if (this.ended) this.#endUndecided();
  }

  /** Ends both directions, as far as they have not. */
  end(reason: CloseReason, at: Micros): void {
    this.close(0, reason, at);
    this.close(1, reason, at);
  }

  tick(at: Micros): void {
    this.#http1?.tick(at);
  }

  #decide(chunk: DataChunk): void {
    const { direction, at } = chunk;
    const first = this.#heldBytes[direction] === 0 ? chunk.bytes : this.#heldWith(chunk);
    const verdict = judgeFirstBytes(first);
    if (verdict === 'http-request' || verdict === 'http-response') {
      this.#becomeHttp1(verdict === 'http-request' ? direction : ((1 - direction) as Direction), chunk);
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
      this.#discard(chunk.bytes.length, `not-http:${verdict}`);
    }
  }

  #passOver(chunk: DataChunk, reason: string): void {
    this.#giveUp(chunk.direction, reason);
    this.#discard(chunk.bytes.length, reason);
  }

  /** The first bytes of the direction, as far as they decide. */
  #heldWith(chunk: DataChunk): Uint8Array {
    const pieces = this.#held.filter((held) => held.direction === chunk.direction).map((held) => held.bytes);
    return Buffer.concat([...pieces, chunk.bytes.subarray(0, MAX_UNDECIDED_BYTES)]);
  }

  #becomeHttp1(clientDirection: Direction, chunk: DataChunk): void {
    const swapped = clientDirection === 1;
    if (swapped && this.#flow.orientation === 'handshake') {
      this.#becomeOther('unknown');
      this.#discard(chunk.bytes.length, 'not-http:unknown');
      return;
    }
    this.#swapped = swapped;
    this.#context.ledger.addFact('flows:http1');
    if (swapped) this.#context.ledger.addFact('flows-swapped');
    const http1 = new Http1Flow(swapped ? swapEnds(this.#flow) : this.#flow, this.#context, this.#midStream);
    this.#http1 = http1;
    const held = this.#held;
    this.#held = [];
    for (const { direction, bytes, offset, at } of held) http1.push(this.#side(direction), bytes, offset, at);
    http1.push(this.#side(chunk.direction), chunk.bytes, chunk.offset, chunk.at);
    for (const direction of [0, 1] as const) {
      const reason = this.#closed[direction];
      if (reason !== undefined) http1.close(this.#side(direction), reason);
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
    this.#held = this.#held.filter((held) => held.direction !== direction);
    this.#discard(this.#heldBytes[direction], reason);
    this.#heldBytes[direction] = 0;
  }

  #discard(byteCount: ByteCount, reason: string): void {
    if (byteCount === 0) return;
    this.#context.bytes.held -= byteCount;
    this.#context.bytes.setAside('discarded', reason, byteCount);
  }

  #side(direction: Direction): Direction {
    return this.#swapped ? ((1 - direction) as Direction) : direction;
  }
}
