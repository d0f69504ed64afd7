/**
 * Oneways that may be answered all the same: Kitex's servers send a reply that nobody waits for.
 *
 *   oneway ──▶ [ held … ] ──▶ its reply, or: a later call is answered, a second passes, many are held, the server closes
 *
 * Only small ones are held: a stream of large ones, such as a log's, leaves at once.
 */
import type { ByteCount, Micros } from '../../core/index.ts';
import type { MethodName } from './method-names.ts';
import type { PendingCall } from './pending-call.ts';
import { PendingCalls } from './pending-calls.ts';

const MAX_WAIT_MICROS: Micros = 1_000_000;

/** With {@link MAX_HELD_BYTES}, 256 KiB a flow at most. */
const MAX_HELD = 16;
const MAX_HELD_BYTES: ByteCount = 16 * 1024;

export interface OnewayHost {
  /** No reply to it is expected any more. */
  silent(oneway: PendingCall): void;
}

export class LateOneways {
  readonly #host: OnewayHost;
  /** Nearly all flows have none. */
  #held: PendingCalls | undefined;

  constructor(host: OnewayHost) {
    this.#host = host;
  }

  /** @param oneway has ended; its `ordinal` tells which calls are later */
  hold(oneway: PendingCall): void {
    if (oneway.keptBytes > MAX_HELD_BYTES) {
      this.#host.silent(oneway);
      return;
    }
    this.#held ??= new PendingCalls();
    this.#held.append(oneway);
    if (this.#held.length > MAX_HELD) this.#letGo(this.#held.first);
  }

  /**
   * The oneway that a reply answers; it is held no more.
   *
   * @param method undefined where the name could not be read: then only an id that is not 0 tells
   */
  takeAnswered(sequenceId: number, method: MethodName | undefined): PendingCall | undefined {
    const held = this.#held;
    if (held === undefined || held.length === 0 || (method === undefined && sequenceId === 0)) return undefined;
    const found = held.find(sequenceId, method, false);
    if (found !== undefined) held.remove(found);
    return found;
  }

  /** A call was answered: oneways before it will not be. */
  passed(ordinal: number): void {
    while (this.#held?.first !== undefined && this.#held.first.ordinal <= ordinal) this.#letGo(this.#held.first);
  }

  expire(at: Micros): void {
    const before = at - MAX_WAIT_MICROS;
    while (this.#held?.first !== undefined && this.#held.first.waitingSince < before) this.#letGo(this.#held.first);
  }

  end(): void {
    while (this.#held?.first !== undefined) this.#letGo(this.#held.first);
  }

  #letGo(oneway: PendingCall | undefined): void {
    if (oneway === undefined) return;
    this.#held?.remove(oneway);
    this.#host.silent(oneway);
  }
}
