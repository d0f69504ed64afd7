/** One send on its way over HTTP/2. */
import type { Clock, Micros, Send } from '../../core/index.ts';
import { KeptAnswer } from '../connection/kept-answer.ts';
import type { EndStream, Http2Connection, ResponseHeaders, StreamHandler } from './http2-connection.ts';

export interface InFlightOwner {
  /** @param error undefined where it was answered */
  over(inFlight: InFlight, error: unknown): void;
}

export class InFlight implements StreamHandler {
  readonly send: Send;
  readonly connection: Http2Connection;
  readonly takenAt: Micros;
  readonly #clock: Clock;
  readonly #owner: InFlightOwner;
  readonly #kept: KeptAnswer | undefined;
  /** Set when it is handed over. */
  endStream: EndStream | undefined;

  constructor(
    send: Send,
    connection: Http2Connection,
    takenAt: Micros,
    keeps: boolean,
    deps: { readonly clock: Clock; readonly owner: InFlightOwner },
  ) {
    this.send = send;
    this.connection = connection;
    this.takenAt = takenAt;
    this.#clock = deps.clock;
    this.#owner = deps.owner;
    this.#kept = keeps ? new KeptAnswer() : undefined;
  }

  sends(): void {
    const { send } = this;
    send.attempts++;
    send.sentAt = this.#clock.monotonic();
  }

  /** The head counts as HTTP/1.1 would say it, so that answers of both compare. */
  began(status: number, headers: ResponseHeaders): void {
    const { send } = this;
    send.firstByteAt = this.#clock.monotonic();
    send.status = status;
    const head = Buffer.from(headText(status, headers), 'latin1');
    send.responseByteCount = head.length;
    this.#kept?.append(head, 0, head.length);
  }

  body(bytes: Uint8Array): void {
    this.send.responseByteCount += bytes.length;
    this.#kept?.append(bytes, 0, bytes.length);
  }

  ended(): void {
    const { send } = this;
    send.lastByteAt = this.#clock.monotonic();
    send.answer = `${send.status}`;
    send.response = this.#kept?.take(send.responseByteCount);
    this.#owner.over(this, undefined);
  }

  failed(error: unknown): void {
    this.#owner.over(this, error);
  }
}

function headText(status: number, headers: ResponseHeaders): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((one) => `${name}: ${one}\r\n`),
  );
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`;
}
