/**
 * Exchanges → pcapng with synthetic TCP conversations around the recorded bytes.
 *
 * One conversation a flow, in the order of the exchanges; packets are written in the order of their times. First and
 * last byte of every message have their recorded times. What is lost: packet sizes, retransmissions, TCP options, times
 * of the bytes between. Bytes that were never seen stay holes. A message without its partner, or not whole, ends its
 * conversation, so that nothing behind it is paired wrongly; the flow goes on in a new one, at another client port where
 * the two would overlap.
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
import { type ConnectionPlace, ConnectionPlaces } from './connection-places.ts';
import { messagePieces, takePieces } from './message-pieces.ts';
import { type DueSegment, type Ending, SyntheticConnection } from './synthetic-connection.ts';
import { RAW_IP_LINK_TYPE } from './tcp-packet.ts';

/** Conversations open at once; the one longest unused is closed for a new one. */
const MAX_OPEN = 10_000;
/** Bytes that wait for their time; beyond it the earliest leave, and times may step back a little in the file. */
const MAX_WAITING_BYTES: ByteCount = 64 * 1024 * 1024;
/** What a segment takes beside its payload while it waits. */
const SEGMENT_BYTES: ByteCount = 256;
/** A handshake lies this far before its first byte, */
const HANDSHAKE_MICROS: Micros = 4;
/** and a close takes less than this. */
const CLOSE_MICROS: Micros = 4;

const COMMENT =
  'The packets of this file are synthesised from recorded exchanges: the bytes of messages and the times of their ' +
  'first and last byte are recorded; segments, sequence numbers, acknowledgements and handshakes are made up.';

interface Waiting {
  readonly segment: DueSegment;
  readonly order: number;
}

export class SyntheticCapture {
  readonly #open = new Map<FlowId, SyntheticConnection>();
  readonly #places = new ConnectionPlaces();
  readonly #waiting = new TinyQueue<Waiting>(
    [],
    (one, other) => one.segment.at - other.segment.at || one.order - other.order,
  );
  #waitingBytes: ByteCount = 0;
  #order = 0;
  #newest: Micros = 0;

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
    if (!isWhole(exchange)) this.#close(id.flow, connection, endingOf(exchange), 0);
    return written;
  }

  end(): Uint8Array {
    for (const [flow, connection] of [...this.#open]) this.#close(flow, connection, 'fin');
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
  #addSession({ request, response, turns, ...exchange }: Exchange, connection: SyntheticConnection): void {
    const sides = [request, response].map((message) => (message === undefined ? [] : [...messagePieces(message)]));
    const lastTurns = [0, 1].map((direction) => turns.findLastIndex((turn) => turn.direction === direction));
    let after: Micros = 0;
    for (const [place, { direction, byteCount, firstByteAt }] of turns.entries()) {
      const message = direction === 0 ? request : response;
      // Times of bytes that were never seen may contradict the order; when a turn ended is known of each side's last.
      const firstAt = Math.max(after, firstByteAt);
      const lastAt = place === lastTurns[direction] ? Math.max(firstAt, message?.lastByteAt ?? 0) : firstAt;
      const pieces = takePieces(sides[direction] ?? [], byteCount);
      this.#wait(connection.send(direction, pieces, firstAt, lastAt, place === 0 ? commentOf(exchange) : ''));
      after = firstAt;
    }
  }

  #send(connection: SyntheticConnection, direction: 0 | 1, message: Message, comment: string): void {
    const { firstByteAt, lastByteAt } = message;
    this.#wait(connection.send(direction, messagePieces(message), firstByteAt, lastByteAt, comment));
  }

  #connectionOf(exchange: Exchange): SyntheticConnection {
    const { flow, id } = exchange;
    const known = this.#open.get(id.flow);
    if (known !== undefined && (exchange.request !== undefined || exchange.outcome === 'session')) {
      this.#open.delete(id.flow);
      this.#open.set(id.flow, known);
      return known;
    }
    if (known !== undefined) this.#close(id.flow, known, 'fin');
    if (this.#open.size >= MAX_OPEN) {
      for (const [oldest, connection] of this.#open) {
        this.#close(oldest, connection, 'fin');
        break;
      }
    }
    const firstAt = firstByteAt(exchange);
    const place = this.#places.take(flow, (used) => this.#leaves(used, firstAt - HANDSHAKE_MICROS));
    const connection = new SyntheticConnection(place.client, flow.server, initialSequences(id.flow, place.generation));
    place.connection = connection;
    place.flow = id.flow;
    this.#open.set(id.flow, connection);
    this.#wait(connection.open(firstAt));
    return connection;
  }

  /** Whether a conversation has ended before a time; one that rests is ended for it. */
  #leaves({ flow, connection }: ConnectionPlace, before: Micros): boolean {
    if (connection === undefined) return true;
    // A flow without an end would end where another begins in its place.
    if (connection.ending === 'none') return false;
    if (connection.lastAt + CLOSE_MICROS >= before) return false;
    if (this.#open.get(flow) === connection) this.#close(flow, connection, 'fin', before - CLOSE_MICROS);
    return true;
  }

  #close(flow: FlowId, connection: SyntheticConnection, ending: Ending, at: Micros = this.#newest): void {
    this.#wait(connection.close(ending, at));
    this.#open.delete(flow);
  }

  #wait(segments: readonly DueSegment[]): void {
    for (const segment of segments) {
      this.#waiting.push({ segment, order: this.#order++ });
      this.#waitingBytes += SEGMENT_BYTES + segment.payload.length;
      this.#newest = Math.max(this.#newest, segment.at);
    }
  }

  #release(before: Micros): Uint8Array {
    const packets: Uint8Array[] = [];
    for (;;) {
      const next = this.#waiting.peek();
      if (next === undefined || (next.segment.at >= before && this.#waitingBytes <= MAX_WAITING_BYTES)) break;
      this.#waiting.pop();
      const { segment } = next;
      this.#waitingBytes -= SEGMENT_BYTES + segment.payload.length;
      packets.push(encodePcapngPacket(Math.max(0, segment.at), segment.connection.encode(segment), segment.comment));
    }
    return Buffer.concat(packets);
  }
}

/** Both messages are there to their last byte, or the protocol needs no answer. */
function isWhole({ protocol, outcome, request, response }: Exchange): boolean {
  const messages = [request, response].filter((message) => message !== undefined);
  const whole = messages.every((message) => message.complete && !message.truncated && message.missing.length === 0);
  if (outcome === 'session') return whole;
  return whole && (outcome === 'paired' || protocol === 'thrift') && request !== undefined;
}

/** What has no end in its flow gets none: a body that lasts until the close would be whole with it. */
function endingOf({ reason, request, response }: Exchange): Ending {
  if (reason === 'reset') return 'reset';
  const last = response ?? request;
  return last?.complete === false && last.missing.length === 0 ? 'none' : 'fin';
}

/** A server may have spoken first. */
function firstByteAt({ id, request, response, interim, turns }: Exchange): Micros {
  const all = [request, response, interim[0], turns[0]].flatMap((each) =>
    each === undefined ? [] : [each.firstByteAt],
  );
  return Math.min(id.at, ...all);
}

function commentOf(exchange: Pick<Exchange, 'id' | 'sealed' | 'masked'>): string {
  const sealed = exchange.sealed.length === 0 ? '' : `; ${exchange.sealed.length} secrets are placeholders`;
  const masked = exchange.masked.length === 0 ? '' : '; masked';
  return `exchange ${formatExchangeId(exchange.id)}${sealed}${masked}`;
}

function initialSequences(flow: FlowId, generation: number): readonly [number, number] {
  const client = Number.parseInt(flow.slice(0, 8), 16);
  const server = Number.parseInt(flow.slice(8, 16), 16);
  return [(client + generation * 0x0100_0193) >>> 0, (server + generation * 0x0100_0193) >>> 0];
}
