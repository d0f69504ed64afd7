/**
 * A test language for flows: what client and server say, in order, and what the parser makes of it.
 *
 *   conversation().client('GET / HTTP/1.1\r\n\r\n').server('HTTP/1.1 204 No\r\n\r\n').end().told  →  ['paired GET / 204']
 *
 * The ledger is added up after every step.
 */
import {
  type CloseReason,
  type Direction,
  type Exchange,
  type Flow,
  Ledger,
  messageBytes,
  type RequestReady,
  type StreamChunk,
} from '../../core/index.ts';
import { ExchangeParser, type ParserOptions } from '../../parser/index.ts';

export const HANDSHAKE_FLOW: Flow = {
  id: '00000000000000aa',
  client: { address: '10.0.0.1', port: 40_000 },
  server: { address: '10.0.0.2', port: 80 },
  network: '',
  vantage: 'unknown',
  orientation: 'handshake',
  startedAt: 1_000_000,
};

/** `paired GET /a 200 (gap)`; a side that is missing leaves its words out. */
export function tell(exchange: Exchange): string {
  const { outcome, operation, status, reason } = exchange;
  const words = [outcome, operation, status === 0 ? '' : `${status}`, reason === '' ? '' : `(${reason})`];
  return words.filter((word) => word !== '').join(' ');
}

export class Conversation {
  readonly ledger = new Ledger();
  readonly exchanges: Exchange[] = [];
  readonly ready: RequestReady[] = [];
  readonly #parser: ExchangeParser;
  readonly #flow: Flow;
  readonly #cut: number;
  readonly #offsets: [number, number] = [0, 0];
  #at = 1_000_000;

  constructor(options: Partial<ParserOptions>, flow: Flow, cut: number) {
    this.#parser = new ExchangeParser(options, { ledger: this.ledger });
    this.#flow = flow;
    this.#cut = cut;
    this.#push({ kind: 'open', flow, at: this.#at });
  }

  get told(): readonly string[] {
    return this.exchanges.map(tell);
  }

  client(text: string | Uint8Array): this {
    return this.say(0, text);
  }

  server(text: string | Uint8Array): this {
    return this.say(1, text);
  }

  say(direction: Direction, text: string | Uint8Array): this {
    const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
    for (let at = 0; at < bytes.length; at += this.#cut) {
      const piece = Uint8Array.prototype.slice.call(bytes, at, at + this.#cut);
      this.#at++;
      const offset = this.#offsets[direction];
      this.#offsets[direction] += piece.length;
      this.#push({ kind: 'data', flow: this.#flow, direction, offset, bytes: piece, at: this.#at });
      piece.fill(0xee);
    }
    return this;
  }

  lose(direction: Direction, byteCount: number): this {
    const offset = this.#offsets[direction];
    this.#offsets[direction] += byteCount;
    this.#push({ kind: 'gap', flow: this.#flow, direction, offset, byteCount, reason: 'acknowledged', at: this.#at });
    return this;
  }

  close(direction: Direction, reason: CloseReason = 'fin'): this {
    this.#push({ kind: 'close', flow: this.#flow, direction, reason, at: this.#at });
    return this;
  }

  wait(ms: number): this {
    this.#at += ms * 1000;
    this.#take(this.#parser.tick(this.#at));
    return this;
  }

  /** Time passes of which the parser is not told. */
  skipTime(ms: number): this {
    this.#at += ms * 1000;
    return this;
  }

  /** The source ends: nothing may be left inside. */
  end(): this {
    this.#take(this.#parser.end(this.#at));
    for (const account of Object.values(this.ledger.report().accounts)) {
      if (account.held !== 0) throw new Error(`held at the end: ${JSON.stringify(this.ledger.report())}`);
    }
    return this;
  }

  #push(chunk: StreamChunk): void {
    this.#take(this.#parser.push(chunk));
  }

  #take(events: ReturnType<ExchangeParser['push']>): void {
    for (const event of events) {
      if (event.kind === 'exchange') this.exchanges.push(event.exchange);
      else this.ready.push(event.ready);
    }
    const report = this.ledger.report();
    if (!report.balanced) throw new Error(`the ledger does not add up: ${JSON.stringify(report)}`);
  }
}

/** @param cut bytes a chunk; everything said at once goes in one chunk where it is left out */
export function conversation(
  options: Partial<ParserOptions> = {},
  flow: Flow = HANDSHAKE_FLOW,
  cut = Number.MAX_SAFE_INTEGER,
): Conversation {
  return new Conversation(options, flow, cut);
}

/** The kept bytes of a message as latin1 text. */
export function textOf(message: Exchange['request']): string {
  return message === undefined ? '' : Buffer.from(messageBytes(message)).toString('latin1');
}
