/**
 * What of an open flow can be handed on, and in which order.
 *
 * Within a direction: in stream order. Between the two: a segment whose sender had the peer's stream up to some
 * position (its ACK) comes after that stream got there, so that an answer never comes before its question, whatever
 * the order in the capture. Where both could go, the one captured earlier goes first.
 */
import type { Account, GapReason, Micros } from '../../core/index.ts';
import type { ChunkOutput } from './chunk-output.ts';
import type { HalfFlow } from './half-flow.ts';
import type { TrackedFlow } from './tracked-flow.ts';

const NOT_READY = Number.POSITIVE_INFINITY;

export class Drain {
  readonly #output: ChunkOutput;
  readonly #bytes: Account;

  /** @param bytes the account whose `held` counts what waits */
  constructor(output: ChunkOutput, bytes: Account) {
    this.#output = output;
    this.#bytes = bytes;
  }

  /** Hands on everything that may be. @returns whether there was anything */
  run(tracked: TrackedFlow): boolean {
    const { fromA, fromB } = tracked;
    let progress = false;
    for (;;) {
      const readyA = readyAt(fromA, fromB);
      const readyB = readyAt(fromB, fromA);
      if (readyA === NOT_READY && readyB === NOT_READY) return progress;
      this.#step(tracked, readyA <= readyB ? fromA : fromB);
      progress = true;
    }
  }

  /**
   * Says that what the peers acknowledged and the capture has not brought is missing, and hands on what waited for it.
   *
   * Every turn moves a stream on, so numbers that contradict each other cannot keep it going.
   */
  runPastProven(tracked: TrackedFlow, at: Micros): void {
    const { fromA, fromB } = tracked;
    this.run(tracked);
    do {
      for (let half = provenGap(fromA, fromB); half !== undefined; half = provenGap(fromA, fromB)) {
        this.#output.gap(tracked, half, gapEnd(half, tracked.peerOf(half)), 'acknowledged', at);
        this.run(tracked);
      }
      fromA.waivedTo = fromA.acked;
      fromB.waivedTo = fromB.acked;
    } while (this.run(tracked));
  }

  /** Hands on everything held, in the order of capture, with gaps where bytes are missing. */
  runPastHoles(tracked: TrackedFlow, reason: GapReason, at: Micros): void {
    const { fromA, fromB } = tracked;
    this.runPastProven(tracked, at);
    while (fromA.held.length > 0 || fromB.held.length > 0) {
      const heldA = fromA.held.head?.at ?? NOT_READY;
      const heldB = fromB.held.head?.at ?? NOT_READY;
      const half = heldA <= heldB ? fromA : fromB;
      const position = half.held.head?.position ?? half.next;
      if (position > half.next) {
        this.#output.gap(tracked, half, position, half.acked >= position ? 'acknowledged' : reason, at);
      }
      this.#step(tracked, half);
      this.run(tracked);
    }
  }

  /** The same when nothing more comes: up to the FINs, too. */
  runToEnd(tracked: TrackedFlow, at: Micros): void {
    this.runPastHoles(tracked, 'closed', at);
    for (const half of [tracked.fromA, tracked.fromB]) {
      const { fin } = half;
      if (fin === undefined) continue;
      if (fin.position > half.next) this.#output.gap(tracked, half, fin.position, 'closed', at);
      if (half.next === fin.position) this.#output.close(tracked, half, 'fin', fin.at);
    }
  }

  /** Hands on the half's first held segment, or else its end. */
  #step(tracked: TrackedFlow, half: HalfFlow): void {
    const held = half.held.shift();
    if (held === undefined) {
      if (half.fin !== undefined) this.#output.close(tracked, half, 'fin', half.fin.at);
    } else if (held.bytes === undefined) {
      this.#output.gap(tracked, half, held.end, 'snap-length', held.at);
    } else {
      this.#bytes.held -= held.bytes.length;
      this.#output.data(tracked, half, held.bytes, held.at);
    }
  }
}

/** When what the half can hand on now was captured. */
function readyAt(half: HalfFlow, peer: HalfFlow): Micros {
  const { fin } = half;
  const { head } = half.held;
  if (head !== undefined) return head.position === half.next && peer.hasReached(head.needs) ? head.at : NOT_READY;
  if (fin === undefined || half.next !== fin.position || half.closed) return NOT_READY;
  return peer.hasReached(fin.needs) ? fin.at : NOT_READY;
}

/** A half with a gap that is proven; of two the one that the other's bytes were sent after. */
function provenGap(one: HalfFlow, other: HalfFlow): HalfFlow | undefined {
  if (!lacksProven(one)) return lacksProven(other) ? other : undefined;
  if (!lacksProven(other)) return one;
  return one.held.head !== undefined && !other.hasReached(one.held.head.needs) ? other : one;
}

function lacksProven(half: HalfFlow): boolean {
  return half.provenTo > half.next && half.held.head?.position !== half.next && !half.mayLackOnlyFin;
}

/** A proven gap ends where bytes are held, or where bytes of the peer come in between. */
function gapEnd(half: HalfFlow, peer: HalfFlow): number {
  const head = peer.held.head;
  const wanted = head === undefined || half.hasReached(head.needs) ? NOT_READY : head.needs;
  return Math.min(half.provenTo, half.held.head?.position ?? NOT_READY, wanted);
}
