/**
 * Thrift on a connection, in any framing: calls with sequence ids of the connection, replies told apart by them, and the
 * recorded ids in the replies that are kept.
 */
import type { Send } from '../../core/index.ts';
import { type FramedReply, ThriftFramer } from '../../parser/index.ts';
import { IN_TURN, type InFlight, NO_ANSWER } from './in-flight.ts';
import type { KeptAnswer } from './kept-answer.ts';
import { SequenceIds, writeSequenceId } from './sequence-ids.ts';
import type { Wire } from './wire.ts';

export class ThriftWire implements Wire {
  readonly name: string;
  readonly keepAlive = true;
  broken = false;
  readonly #inFlight: InFlight;
  readonly #kept: KeptAnswer | undefined;
  readonly #framer: ThriftFramer;
  readonly #ids = new SequenceIds();
  #reply: FramedReply | undefined;
  /** Which send the reply is for. */
  #place = -1;

  /** @param kept where answers are to be kept */
  constructor(name: string, inFlight: InFlight, kept: KeptAnswer | undefined) {
    this.name = name;
    this.#inFlight = inFlight;
    this.#kept = kept;
    this.#framer = new ThriftFramer({
      complete: (reply) => this.#complete(reply),
      failed: () => {
        this.broken = true;
      },
    });
  }

  get done(): boolean {
    return this.#reply !== undefined;
  }

  begin(send: Send): readonly Uint8Array[] {
    const { parts, sequence, expects } = send.request;
    const [first, ...others] = parts;
    const id = sequence === undefined || first === undefined ? undefined : this.#ids.next(sequence, first);
    if (expects === 'answer') this.#framer.expect();
    this.#inFlight.add(send, expects === 'none' ? NO_ANSWER : (id ?? IN_TURN));
    if (id === undefined || sequence === undefined || first === undefined) return parts;
    const copy = new Uint8Array(first);
    for (const place of sequence.places) writeSequenceId(copy, place, id);
    return [copy, ...others];
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    const stop = this.#framer.pushReply(bytes, start, end);
    if (this.#kept !== undefined) this.#kept.append(bytes, start, stop);
    if (stop === end || this.#framer.outstanding > 0) return stop;
    // Empty frames may follow; another reply breaks it.
    this.#framer.push(bytes, stop, end);
    return end;
  }

  end(): void {
    this.#framer.end();
  }

  finish(): Send {
    const reply = this.#reply as FramedReply;
    this.#reply = undefined;
    const id = this.#inFlight.idAt(this.#place);
    const send = this.#inFlight.remove(this.#place);
    send.answer = reply.kind === 'exception' ? 'exception' : 'reply';
    send.responseByteCount = reply.byteCount;
    if (this.#kept !== undefined) {
      send.response = this.#kept.take(reply.byteCount);
      const recorded = send.request.sequence?.recorded;
      if (recorded !== undefined && id !== IN_TURN) restoreSequenceId(send.response, reply, id, recorded);
    }
    return send;
  }

  #complete(reply: FramedReply): void {
    const place = this.#inFlight.placeOfId(reply.sequenceId);
    this.#place = place >= 0 ? place : this.#inFlight.placeOfId(IN_TURN);
    if (this.#place < 0) this.broken = true;
    else this.#reply = reply;
  }
}

/** @param bytes of the reply, as far as they were kept; written to */
function restoreSequenceId(bytes: Uint8Array, reply: FramedReply, sent: number, recorded: number): void {
  const { sequenceStart, sequenceEnd, sequenceForm, headerSequenceAt } = reply;
  if (headerSequenceAt >= 0 && headerSequenceAt + 4 <= bytes.length) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (view.getInt32(headerSequenceAt) === sent) view.setInt32(headerSequenceAt, recorded);
  }
  const byteCount = sequenceEnd - sequenceStart;
  if (byteCount === 0 || sequenceEnd > bytes.length) return;
  writeSequenceId(bytes, { offset: sequenceStart, byteCount, form: sequenceForm }, recorded);
}
