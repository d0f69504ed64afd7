/**
 * Calls whose reply has not begun, oldest first, linked through `PendingCall.later`.
 *
 * Replies nearly always answer the oldest; the search for others is bounded by the number of calls that may wait.
 */
import type { MethodName } from './method-names.ts';
import type { PendingCall } from './pending-call.ts';

export class PendingCalls {
  #first: PendingCall | undefined;
  #last: PendingCall | undefined;
  #length = 0;

  get first(): PendingCall | undefined {
    return this.#first;
  }

  get last(): PendingCall | undefined {
    return this.#last;
  }

  get length(): number {
    return this.#length;
  }

  append(call: PendingCall): void {
    if (this.#last === undefined) this.#first = call;
    else this.#last.later = call;
    this.#last = call;
    this.#length++;
  }

  /** Puts one before all others. */
  prepend(call: PendingCall): void {
    call.later = this.#first;
    this.#first = call;
    this.#last ??= call;
    this.#length++;
  }

  /** Takes the oldest out. */
  shift(): PendingCall | undefined {
    const taken = this.#first;
    if (taken !== undefined) this.#unlink(undefined, taken);
    return taken;
  }

  remove(call: PendingCall): void {
    let before: PendingCall | undefined;
    for (let each = this.#first; each !== undefined; before = each, each = each.later) {
      if (each === call) {
        this.#unlink(before, call);
        return;
      }
    }
  }

  /**
   * The oldest call that a reply of this id and name may answer; an unknown name fits any.
   *
   * @param stopAtLoss nothing behind calls that may have been lost counts
   */
  find(sequenceId: number, method: MethodName | undefined, stopAtLoss: boolean): PendingCall | undefined {
    for (let call = this.#first; call !== undefined; call = call.later) {
      if (call.place === 'lost-calls') {
        if (stopAtLoss) return undefined;
      } else if (call.sequenceId === sequenceId && isAnswered(call.method, method)) return call;
    }
    return undefined;
  }

  #unlink(before: PendingCall | undefined, call: PendingCall): void {
    if (before === undefined) this.#first = call.later;
    else before.later = call.later;
    if (this.#last === call) this.#last = before;
    call.later = undefined;
    this.#length--;
  }
}

function isAnswered(call: MethodName | undefined, reply: MethodName | undefined): boolean {
  if (call === reply || call === undefined || reply === undefined) return true;
  return call.text === reply.text || call.bare === reply.text;
}
