/**
 * A test language for traffic: a conversation reads like its packet trace.
 *
 *     conversation({ client: '10.0.0.1:40000', server: '10.0.0.2:80' })
 *       .handshake()
 *       .client('GET / HTTP/1.1\r\n\r\n')
 *       .server('HTTP/1.1 204 No Content\r\n\r\n')
 *       .close()
 *       .trace().reorder(7).packets
 *
 * Every step adds segments to the trace and moves the clock on by `stepMicros`. Sent bytes are cut at `mss`; each
 * message is acknowledged by a pure ACK of the other end.
 */
import { LINK_TYPE, type Micros } from '../../../core/index.ts';
import type { LayerFields } from './encode-layers.ts';
import { TCP_FLAG } from './encode-packet.ts';
import { Trace, type WireSegment } from './trace.ts';

export type Side = 'client' | 'server';

export interface ConversationOptions {
  /** `ip:port`; IPv6 in brackets. */
  readonly client: string;
  readonly server: string;
  readonly clientIsn: number;
  readonly serverIsn: number;
  readonly linkType: number;
  readonly vlans: readonly number[];
  /** Further layers around the IP packets, outermost first, inside the VLANs. */
  readonly layers: readonly LayerFields[];
  readonly interfaceId: number;
  /** Most payload bytes a segment. */
  readonly mss: number;
  /** Bytes captured of each packet, link header included; 0 for all. */
  readonly snapLength: number;
  readonly startAt: Micros;
  readonly stepMicros: Micros;
  /** Whether each message is answered by a pure ACK. */
  readonly acks: boolean;
}

const DEFAULTS: ConversationOptions = {
  client: '10.0.0.1:40000',
  server: '10.0.0.2:80',
  clientIsn: 1000,
  serverIsn: 5000,
  linkType: LINK_TYPE.ethernet,
  vlans: [],
  layers: [],
  interfaceId: 0,
  mss: 1460,
  snapLength: 0,
  startAt: 1_700_000_000_000_000,
  stepMicros: 10,
  acks: true,
};

/** What a segment is, where it is not what would come next. Positions count the side's stream bytes from 0. */
export interface RawSegment {
  /** Stream position of the first payload byte; where the side's stream stands, when absent. */
  readonly position?: number;
  /** Stream position of the other side that is acknowledged; what was sent by it, when absent; undefined flag by `ack: false`. */
  readonly acknowledges?: number;
  readonly flags?: number;
  readonly window?: number;
  readonly data?: string | Uint8Array;
}

export function conversation(options: Partial<ConversationOptions> = {}): Conversation {
  return new Conversation({ ...DEFAULTS, ...options });
}

export class Conversation {
  readonly #options: ConversationOptions;
  readonly #segments: WireSegment[] = [];
  readonly #sent: Record<Side, number> = { client: 0, server: 0 };
  readonly #finished: Record<Side, boolean> = { client: false, server: false };
  #at: Micros;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#at = options.startAt;
  }

  handshake(): this {
    return this.syn().synAck().ack('client');
  }

  /** The client's SYN; with data it is TCP Fast Open. */
  syn(data: string | Uint8Array = ''): this {
    this.#add('client', -1, undefined, TCP_FLAG.syn, bytesOf(data));
    this.#sent.client += bytesOf(data).length;
    return this;
  }

  synAck(): this {
    return this.#add('server', -1, this.#sent.client, TCP_FLAG.syn | TCP_FLAG.ack, NO_BYTES);
  }

  /** Bytes from the client. */
  client(data: string | Uint8Array): this {
    return this.#send('client', bytesOf(data));
  }

  /** Bytes from the server. */
  server(data: string | Uint8Array): this {
    return this.#send('server', bytesOf(data));
  }

  /** A pure ACK of everything the other side has sent. */
  ack(from: Side): this {
    return this.#add(from, this.#position(from), this.#acknowledged(from), TCP_FLAG.ack, NO_BYTES);
  }

  fin(from: Side): this {
    this.#add(from, this.#sent[from], this.#acknowledged(from), TCP_FLAG.fin | TCP_FLAG.ack, NO_BYTES);
    this.#finished[from] = true;
    return this;
  }

  /** FIN of both sides, the client's first unless told otherwise, and the last ACK. */
  close(first: Side = 'client'): this {
    const second = other(first);
    return this.fin(first).fin(second).ack(first);
  }

  reset(from: Side): this {
    return this.#add(from, this.#position(from), this.#acknowledged(from), TCP_FLAG.rst | TCP_FLAG.ack, NO_BYTES);
  }

  /** Any segment, for what the other words cannot say; the streams do not move on. */
  raw(from: Side, segment: RawSegment): this {
    const flags = segment.flags ?? TCP_FLAG.ack;
    const position = segment.position ?? this.#position(from);
    const acknowledges = segment.acknowledges ?? this.#acknowledged(from);
    return this.#add(from, position, acknowledges, flags, bytesOf(segment.data ?? ''), segment.window);
  }

  /** Bytes that were sent and never captured: the stream moves on without a packet. */
  unseen(from: Side, data: string | Uint8Array): this {
    this.#sent[from] += bytesOf(data).length;
    return this;
  }

  /** Nothing happens for so long. */
  wait(ms: number): this {
    this.#at += ms * 1000;
    return this;
  }

  trace(): Trace {
    return new Trace(this.#segments);
  }

  get packets() {
    return this.trace().packets;
  }

  pcap(): Uint8Array {
    return this.trace().pcap();
  }

  #send(from: Side, data: Uint8Array): this {
    for (let start = 0; start < data.length; start += this.#options.mss) {
      const payload = data.subarray(start, start + this.#options.mss);
      this.#add(from, this.#sent[from], this.#acknowledged(from), TCP_FLAG.psh | TCP_FLAG.ack, payload);
      this.#sent[from] += payload.length;
    }
    return this.#options.acks ? this.ack(other(from)) : this;
  }

  /** Where the next segment of a side stands: behind its bytes, and behind its FIN. */
  #position(side: Side): number {
    return this.#sent[side] + (this.#finished[side] ? 1 : 0);
  }

  #acknowledged(by: Side): number {
    return this.#position(other(by));
  }

  #add(
    from: Side,
    position: number,
    acknowledges: number | undefined,
    flags: number,
    payload: Uint8Array,
    window?: number,
  ): this {
    const options = this.#options;
    const [own, peer] =
      from === 'client' ? [options.clientIsn, options.serverIsn] : [options.serverIsn, options.clientIsn];
    this.#segments.push({
      from,
      at: this.#at,
      link: options,
      snapLength: options.snapLength,
      interfaceId: options.interfaceId,
      fields: {
        source: endpointOf(from === 'client' ? options.client : options.server),
        destination: endpointOf(from === 'client' ? options.server : options.client),
        sequence: (own + 1 + position) >>> 0,
        acknowledgment: acknowledges === undefined ? 0 : (peer + 1 + acknowledges) >>> 0,
        flags,
        payload,
        ...(window === undefined ? {} : { window }),
      },
    });
    this.#at += options.stepMicros;
    return this;
  }
}

const NO_BYTES = new Uint8Array(0);

function other(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
}

function endpointOf(text: string): { address: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon).replace(/[[\]]/g, ''), port: Number(text.slice(colon + 1)) };
}
