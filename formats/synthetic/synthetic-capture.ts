/**
 * Exchanges → pcapng with synthetic TCP conversations around the recorded bytes.
 *
 * One conversation a flow, in the order of the exchanges; packets are written in the order of their times. First and
 * last byte of every message have their recorded times. What is lost: packet sizes, retransmissions, TCP options, times
 * of the bytes between. Bytes that were never seen stay holes. A message without its partner, or not whole, ends its
 * conversation, so that nothing behind it is paired wrongly; the flow goes on in a new one.
 */
import TinyQueue from 'tinyqueue';
import {
  type ByteCount,
  type Exchange,
  type FlowId,
  formatExchangeId,
  type Message,
  type Micros,
} from '../../core/index.ts';
import { encodePcapngPacket, encodePcapngStart } from '../pcap/pcapng-writer.ts';
import { messagePieces } from './message-pieces.ts';
import { type DueSegment, SyntheticConnection } from './synthetic-connection.ts';
import { RAW_IP_LINK_TYPE } from './tcp-packet.ts';

/** Conversations open at once; the one longest unused is closed for a new one. */
const MAX_OPEN = 10_000;
/** Bytes that wait for their time; beyond it the earliest leave, and times may step back a little in the file. */
const MAX_WAITING_BYTES: ByteCount = 64 * 1024 * 1024;
/** A handshake lies this far before its first byte. */
const HANDSHAKE_MICROS: Micros = 4;

const COMMENT =
  'The packets of this file are synthesised from recorded exchanges: the bytes of messages and the times of their ' +
  'first and last byte are recorded; segments, sequence numbers, acknowledgements and handshakes are made up.';

interface Waiting {
  readonly segment: DueSegment;
  readonly order: number;
}

export class SyntheticCapture {
  readonly #open = new Map<FlowId, SyntheticConnection>();
  /** How many conversations a flow had, so that a new one begins at other numbers. */
  readonly #generations = new Map<FlowId, number>();
  readonly #waiting = new TinyQueue<Waiting>(
    [],
    (one, other) => one.segment.at - other.segment.at || one.order - other.order,
  );
  #waitingBytes: ByteCount = 0;
  #order = 0;

  /** @param application name and version of the writer */
  start(application: string): Uint8Array {
    return encodePcapngStart(RAW_IP_LINK_TYPE, application, COMMENT);
  }

  /** Exchanges come in the order of their times. @returns what is due before this one */
  add(exchange: Exchange): Uint8Array {
    const { id } = exchange;
    const written = this.#release(id.at - HANDSHAKE_MICROS);
    const connection = this.#connectionOf(exchange);
    if (exchange.outcome === 'session') this.#addSession(exchange, connection);
    else this.#addMessages(exchange, connection);
    if (!isWhole(exchange)) this.#close(id.flow, connection);
    return written;
  }

  end(): Uint8Array {
    for (const [flow, connection] of [...this.#open]) this.#close(flow, connection);
    return this.#release(Number.POSITIVE_INFINITY);
  }

  #addMessages(exchange: Exchange, connection: SyntheticConnection): void {
    const comment = commentOf(exchange);
    const { request, response } = exchange;
    if (request !== undefined) this.#send(connection, 0, request, comment);
    for (const interim of exchange.interim) this.#send(connection, 1, interim, '');
    if (response !== undefined) this.#send(connection, 1, response, request === undefined ? comment : '');
  }

  /** In the order in which the two sides spoke. */
  #addSession(exchange: Exchange, connection: SyntheticConnection): void {
    const sides = [exchange.request, exchange.response].map((message) =>
      message === undefined ? [] : [...messagePieces(message)],
    );
    let comment = commentOf(exchange);
    for (const turn of exchange.turns) {
      const pieces = sides[turn.direction] ?? [];
      const taken = [];
      for (let left = turn.byteCount; left > 0 && pieces[0] !== undefined; ) {
        const piece = pieces.shift() as (typeof pieces)[number];
        const length = piece.kind === 'hole' ? piece.byteCount : piece.bytes.length;
        const used = Math.min(left, length);
        left -= used;
        if (piece.kind === 'hole') {
          taken.push({ kind: 'hole', byteCount: used } as const);
          if (used < length) pieces.unshift({ kind: 'hole', byteCount: length - used });
        } else {
          taken.push({ kind: 'bytes', bytes: piece.bytes.subarray(0, used) } as const);
          if (used < length) pieces.unshift({ kind: 'bytes', bytes: piece.bytes.subarray(used) });
        }
      }
      this.#wait(connection.send(turn.direction, taken, turn.firstByteAt, turn.firstByteAt, comment));
      comment = '';
    }
  }

  #send(connection: SyntheticConnection, direction: 0 | 1, message: Message, comment: string): void {
    const { firstByteAt, lastByteAt } = message;
    this.#wait(connection.send(direction, messagePieces(message), firstByteAt, lastByteAt, comment));
  }

  #connectionOf(exchange: Exchange): SyntheticConnection {
    const { flow, id } = exchange;
    const known = this.#open.get(id.flow);
    if (known !== undefined && exchange.request !== undefined) {
      this.#open.delete(id.flow);
      this.#open.set(id.flow, known);
      return known;
    }
    if (known !== undefined) this.#close(id.flow, known);
    if (this.#open.size >= MAX_OPEN) {
      for (const [oldest, connection] of this.#open) {
        this.#close(oldest, connection);
        break;
      }
    }
    const generation = this.#generations.get(id.flow) ?? 0;
    const connection = new SyntheticConnection(flow, initialSequences(id.flow, generation));
    this.#open.set(id.flow, connection);
    this.#wait(connection.open(id.at));
    return connection;
  }

  #close(flow: FlowId, connection: SyntheticConnection): void {
    this.#wait(connection.close());
    this.#open.delete(flow);
    if (this.#generations.size >= MAX_OPEN * 10) this.#generations.clear();
    this.#generations.set(flow, (this.#generations.get(flow) ?? 0) + 1);
  }

  #wait(segments: readonly DueSegment[]): void {
    for (const segment of segments) {
      this.#waiting.push({ segment, order: this.#order++ });
      this.#waitingBytes += segment.payload.length;
    }
  }

  #release(before: Micros): Uint8Array {
    const packets: Uint8Array[] = [];
    for (;;) {
      const next = this.#waiting.peek();
      if (next === undefined || (next.segment.at >= before && this.#waitingBytes <= MAX_WAITING_BYTES)) break;
      this.#waiting.pop();
      const { segment } = next;
      this.#waitingBytes -= segment.payload.length;
      packets.push(encodePcapngPacket(Math.max(0, segment.at), segment.connection.encode(segment), segment.comment));
    }
    return Buffer.concat(packets);
  }
}

/** Both messages are there to their last byte, or the protocol needs no answer. */
function isWhole({ protocol, outcome, request, response }: Exchange): boolean {
  const messages = [request, response].filter((message) => message !== undefined);
  const whole = messages.every((message) => message.complete && !message.truncated && message.missing.length === 0);
  return whole && (outcome === 'paired' || outcome === 'session' || protocol === 'thrift') && request !== undefined;
}

function commentOf(exchange: Exchange): string {
  const sealed = exchange.sealed.length === 0 ? '' : `; ${exchange.sealed.length} secrets are placeholders`;
  const masked = exchange.masked.length === 0 ? '' : '; masked';
  return `exchange ${formatExchangeId(exchange.id)}${sealed}${masked}`;
}

function initialSequences(flow: FlowId, generation: number): readonly [number, number] {
  const client = Number.parseInt(flow.slice(0, 8), 16);
  const server = Number.parseInt(flow.slice(8, 16), 16);
  return [(client + generation * 0x0100_0193) >>> 0, (server + generation * 0x0100_0193) >>> 0];
}
