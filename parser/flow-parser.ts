/**
 * One flow from its first chunk to its end: who speaks on it, one after the other.
 *
 *   undecided ──▶ http1, thrift    a protocol that is parsed reads both directions
 *    ▲   ├──────▶ session          any other protocol, kept as a whole
 *    │   └──────▶ discarded        encrypted, or not wanted: counted by name
 *    └── a protocol that ended before the flow did (CONNECT, an upgrade)
 */
import {
  type ByteCount,
  type CloseReason,
  type DataChunk,
  type Direction,
  type Flow,
  type GapChunk,
  type Micros,
  NO_ATTRIBUTES,
  type StreamOffset,
  swapEnds,
} from '../core/index.ts';
import { isEncrypted } from './detection/encrypted.ts';
import type { OpeningPart } from './detection/gapped-opening.ts';
import { type DetectionHost, UndecidedFlow } from './detection/undecided-flow.ts';
import { DiscardedFlow } from './discarded-flow.ts';
import type { ServiceProtocol } from './options.ts';
import type { ParserContext } from './parser-context.ts';
import type { FlowHost, ProtocolFlow } from './protocol-flow.ts';
import type { ParsedProtocol, ProtocolStarter } from './protocol-starter.ts';

/** Verdicts that name a protocol which is parsed, and who said it: 0 the client, 1 the server; undefined where either may. */
const SPOKEN: ReadonlyMap<string, { readonly protocol: ParsedProtocol; readonly sender: Direction | undefined }> =
  new Map([
    ['http-request', { protocol: 'http1', sender: 0 }],
    ['http-response', { protocol: 'http1', sender: 1 }],
    ['http1', { protocol: 'http1', sender: 0 }],
    ['thrift-call', { protocol: 'thrift', sender: 0 }],
    ['thrift-reply', { protocol: 'thrift', sender: 1 }],
    ['thrift', { protocol: 'thrift', sender: undefined }],
  ]);

/** Names in an Upgrade header that mean a protocol known by another name. */
const UPGRADES: ReadonlyMap<string, string> = new Map([
  ['h2c', 'http2'],
  ['h2', 'http2'],
  ['tcp', ''],
]);
const UPGRADE_NAME = /^[a-z][a-z0-9.+-]{0,31}/;

type Closed = readonly [CloseReason | undefined, CloseReason | undefined];
const OPEN: Closed = [undefined, undefined];

export class FlowParser implements FlowHost, DetectionHost {
  lastAt: Micros;
  /** As the collector has it. */
  readonly flow: Flow;
  /** The same flow seen at another place; nearly always none. */
  nextView: FlowParser | undefined = undefined;
  readonly #context: ParserContext;
  readonly #protocols: ProtocolStarter;
  #speaker: ProtocolFlow;
  /** Client and server as the flow has them are exchanged: content showed it. */
  #swapped = false;
  /** Who is the client is beyond doubt. */
  #oriented: boolean;
  attributes = NO_ATTRIBUTES;
  /** Why each direction ended; one shared value while none has. */
  #closed: Closed = OPEN;
  /** A protocol handed over and may still hand bytes back: the new speaker hears of closed directions behind them. */
  #handingOver = false;

  constructor(flow: Flow, context: ParserContext, protocols: ProtocolStarter, at: Micros, midStream: boolean) {
    this.flow = flow;
    this.#context = context;
    this.#protocols = protocols;
    this.#oriented = flow.orientation === 'handshake';
    this.#speaker = new UndecidedFlow(this, this.#hint, context.kept, midStream || !this.#oriented);
    this.lastAt = at;
  }

  get ended(): boolean {
    return this.#closed[0] !== undefined && this.#closed[1] !== undefined;
  }

  data(chunk: DataChunk): void {
    const { direction, at } = chunk;
    this.lastAt = at;
    this.#speaker.push(this.#swapped ? ((1 - direction) as Direction) : direction, chunk.bytes, chunk.offset, at);
    if (this.#handingOver) this.#endHandOver();
  }

  gap(chunk: GapChunk): void {
    this.lastAt = chunk.at;
    const speaker = this.#speaker;
    speaker.gap(this.#side(chunk.direction), chunk.byteCount, chunk.at, chunk.offset);
    // The gap decided what the flow speaks, and is a part of that.
    if (speaker !== this.#speaker) {
      this.#speaker.gap(this.#side(chunk.direction), chunk.byteCount, chunk.at, chunk.offset);
    }
    if (this.#handingOver) this.#endHandOver();
  }

  close(direction: Direction, reason: CloseReason, at: Micros): void {
    this.lastAt = at;
    if (this.#closed[direction] !== undefined) return;
    const [client, server] = this.#closed;
    this.#closed = direction === 0 ? [reason, server] : [client, reason];
    this.#speaker.close(this.#side(direction), reason);
    if (this.#handingOver) this.#endHandOver();
  }

  /** Ends both directions, as far as they have not. */
  end(reason: CloseReason, at: Micros): void {
    this.close(0, reason, at);
    this.close(1, reason, at);
  }

  tick(at: Micros): void {
    this.#speaker.tick(at);
    if (this.#handingOver) this.#endHandOver();
  }

  decided(protocol: string, sender: Direction, held: readonly OpeningPart[]): void {
    const spoken = this.#hint === 'tcp' ? undefined : SPOKEN.get(protocol);
    const isReversed = spoken?.sender !== undefined && spoken.sender !== sender;
    const turns = isReversed && !this.#oriented;
    if (spoken === undefined) this.#keep(nameOf(protocol));
    else if (isReversed && !turns) this.#keep('unknown');
    else this.#speak(spoken.protocol, turns);
    for (const part of held) {
      const { offset, at } = part;
      const direction = turns ? ((1 - part.direction) as Direction) : part.direction;
      if ('bytes' in part) this.#speaker.push(direction, part.bytes, offset, at);
      else this.#speaker.gap(direction, part.byteCount, at, offset);
    }
    if (!this.#handingOver) this.#tellClosed();
  }

  maySay(protocol: string, sender: Direction): boolean {
    const speaks = SPOKEN.get(protocol)?.sender;
    return speaks === undefined || speaks === sender || !this.#oriented;
  }

  handOver(agreed: string): void {
    const name = UPGRADE_NAME.exec(agreed.toLowerCase())?.[0] ?? '';
    const protocol = UPGRADES.get(name) ?? name;
    this.#oriented = true;
    this.attributes = { ...this.attributes, tunnel: 'http1' };
    if (protocol === '') this.#speaker = new UndecidedFlow(this, '', this.#context.kept, false);
    else this.#keep(protocol);
    this.#handingOver = true;
  }

  handBack(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    this.#speaker.push(direction, bytes, offset, at);
  }

  preluded(protocol: string, client: string): void {
    this.#context.ledger.addFact(`flows:${protocol}`);
    if (client !== '') this.attributes = { ...this.attributes, proxiedClient: client };
  }

  discard(direction: Direction, offset: StreamOffset, byteCount: ByteCount, reason: string): void {
    this.#context.discard(this.flow, this.#side(direction), offset, byteCount, reason);
  }

  get #hint(): ServiceProtocol | '' {
    return this.#context.services.protocolOf(this.flow.server);
  }

  #speak(protocol: ParsedProtocol, turns: boolean): void {
    const { ledger } = this.#context;
    ledger.addFact(`flows:${protocol}`);
    if (turns) {
      ledger.addFact('flows-swapped');
      this.#swapped = true;
    }
    const midStream = (this.#speaker as UndecidedFlow).midStream;
    this.#speaker = this.#protocols.start(protocol, this.#asSpoken(), midStream, this);
  }

  /** What follows is not parsed: a session, or only counted. */
  #keep(protocol: string): void {
    this.#context.ledger.addFact(`flows:${protocol}`);
    const { sessions } = this.#context.options;
    const wanted = sessions === 'all' || (sessions === 'plain' && !isEncrypted(protocol)) || this.#hint === 'tcp';
    if (wanted) this.#speaker = this.#protocols.startSession(protocol, this.#asSpoken(), this.attributes);
    else this.#speaker = new DiscardedFlow(this, `not-parsed:${protocol}`);
  }

  #endHandOver(): void {
    this.#handingOver = false;
    this.#tellClosed();
  }

  /** Tells a speaker that came late; the end of one direction may bring the next speaker, which is told by itself. */
  #tellClosed(): void {
    const speaker = this.#speaker;
    for (const direction of [0, 1] as const) {
      const reason = this.#closed[direction];
      if (reason !== undefined && this.#speaker === speaker) speaker.close(this.#side(direction), reason);
    }
  }

  #asSpoken(): Flow {
    return this.#swapped ? swapEnds(this.flow) : this.flow;
  }

  #side(direction: Direction): Direction {
    return this.#swapped ? ((1 - direction) as Direction) : direction;
  }
}

function nameOf(verdict: string): string {
  return verdict.startsWith('http-re') ? 'http1' : verdict;
}
