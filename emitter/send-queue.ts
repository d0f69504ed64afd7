/**
 * First in, first out, of sends: a ring that grows by doubling up to its bound and answers false beyond it.
 *
 *     head ──▶ [ . . s s s s . . ] ◀── head + length
 */
import type { ByteCount, Send } from '../core/index.ts';

const FIRST_CAPACITY = 64;

export interface SendQueueOptions {
  readonly maxCount: number;
  /** Bound on the bytes of the requests in it; one larger request is still taken when the queue is empty. */
  readonly maxBytes: ByteCount;
}

export class SendQueue {
  readonly #options: SendQueueOptions;
  #ring: (Send | undefined)[] = new Array(FIRST_CAPACITY);
  #head = 0;
  #length = 0;
  #byteCount = 0;

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#length;
  }

  get full(): boolean {
    return this.#length >= this.#options.maxCount || this.#byteCount >= this.#options.maxBytes;
  }

  /** Takes the send, or answers false when the queue is full. */
  offer(send: Send): boolean {
    if (this.full) return false;
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = send;
    this.#length++;
    this.#byteCount += send.request.byteCount;
    return true;
  }

  peek(): Send | undefined {
    return this.#ring[this.#head];
  }

  shift(): Send | undefined {
    const send = this.#ring[this.#head];
    if (send === undefined) return undefined;
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    this.#byteCount -= send.request.byteCount;
    return send;
  }

  /** The ring's length stays a power of two, so that a mask wraps it. */
  #grow(): void {
    const old = this.#ring;
    const ring: (Send | undefined)[] = new Array(old.length * 2);
    for (let i = 0; i < this.#length; i++) ring[i] = old[(this.#head + i) & (old.length - 1)];
    this.#ring = ring;
    this.#head = 0;
  }
}
