/** One send on its way over HTTP/2. */
import type { ByteCount, Clock, Micros, Send } from '../../core/index.ts';
import { KeptAnswer } from '../connection/kept-answer.ts';
import type { EndStream, Http2Connection, StreamHandler } from './http2-connection.ts';

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
  #keptByteCount: ByteCount = 0;
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

  sends(): boolean {
    const { send } = this;
    if (send.attempts > 0) return false;
    send.attempts++;
    send.sentAt = this.#clock.monotonic();
    return true;
  }

  began(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void {
    const { send } = this;
    send.firstByteAt = this.#clock.monotonic();
    send.status = status;
    if (this.#kept !== undefined) this.#keep(Buffer.from(headText(status, headers), 'latin1'));
  }

  body(bytes: Uint8Array): void {
    this.send.responseByteCount += bytes.length;
    if (this.#kept !== undefined) this.#keep(bytes);
  }

  ended(): void {
    const { send } = this;
    send.lastByteAt = this.#clock.monotonic();
    send.answer = `${send.status}`;
    send.response = this.#kept?.take(this.#keptByteCount);
    this.#owner.over(this, undefined);
  }

  failed(error: unknown): void {
    this.#owner.over(this, error);
  }

  #keep(bytes: Uint8Array): void {
    this.#keptByteCount += bytes.length;
    this.#kept?.append(bytes, 0, bytes.length);
  }
}

/** As HTTP/1.1 would say it, for who reads answers of both. */
function headText(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((one) => `${name}: ${one}\r\n`),
  );
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`;
}
