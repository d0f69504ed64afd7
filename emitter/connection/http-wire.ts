/** HTTP/1.x on a connection: requests as they are, answers in their order. */
import type { Send } from '../../core/index.ts';
import { type FramedResponse, ResponseFramer } from '../../parser/index.ts';
import { IN_TURN, type InFlight } from './in-flight.ts';
import type { KeptAnswer } from './kept-answer.ts';
import type { Wire } from './wire.ts';

/** A text for each status, so that none is made for an answer. */
const STATUS_TEXTS: readonly string[] = Array.from({ length: 1000 }, (_, status) => String(status).padStart(3, '0'));

export class HttpWire implements Wire {
  readonly name: string;
  broken = false;
  readonly #inFlight: InFlight;
  readonly #kept: KeptAnswer | undefined;
  readonly #framer: ResponseFramer;
  #framed: FramedResponse | undefined;

  /** @param kept where answers are to be kept */
  constructor(name: string, inFlight: InFlight, kept: KeptAnswer | undefined) {
    this.name = name;
    this.#inFlight = inFlight;
    this.#kept = kept;
    this.#framer = new ResponseFramer({
      complete: (response) => {
        this.#framed = response;
      },
      failed: () => {
        this.broken = true;
      },
    });
  }

  get done(): boolean {
    return this.#framed !== undefined;
  }

  get keepAlive(): boolean {
    return this.#framed?.keepAlive === true;
  }

  begin(send: Send): readonly Uint8Array[] {
    const { request } = send;
    this.#framer.expect(request.verb);
    this.#inFlight.add(send, IN_TURN);
    return request.parts;
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    const stop = this.#framer.pushAnswer(bytes, start, end);
    if (this.#kept !== undefined) this.#kept.append(bytes, start, stop);
    if (stop === end || this.#framer.outstanding > 0) return stop;
    // More than was asked for: line breaks are let pass (RFC 9112, section 2.2), anything else breaks it.
    this.#framer.push(bytes, stop, end);
    return end;
  }

  end(): void {
    this.#framer.end();
  }

  finish(): Send {
    const framed = this.#framed as FramedResponse;
    this.#framed = undefined;
    const send = this.#inFlight.remove(0);
    send.status = framed.status;
    send.answer = STATUS_TEXTS[framed.status] as string;
    send.responseByteCount = framed.byteCount;
    if (this.#kept !== undefined) send.response = this.#kept.take(framed.byteCount);
    return send;
  }
}
