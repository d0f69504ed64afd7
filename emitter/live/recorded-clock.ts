/**
 * Recorded times → this machine's monotonic clock, for traffic that comes in live.
 *
 * A request is seen some time after it was recorded: the capture's and the parser's delay, and by how much the clocks of
 * the recording host and of this one differ. The least of these differences seen lately stands for "without delay", so
 * that recorded gaps can be kept and clocks that drift apart do no harm.
 *
 *     seen − recorded   ˙˙·˙··˙   the floor is followed down at once and up by {@link DRIFT}
 *     floor             ________
 *
 * A recording clock that is set back lifts all differences at once: where every one is more than {@link STEP_MICROS}
 * above the floor for {@link STEP_AFTER_MICROS}, the least of them is the floor from then on.
 */
import type { Micros } from '../../core/index.ts';

/** Clocks drift apart by less than this: 1 ms in 5 s. Quartz is 50 times better. */
const DRIFT = 2e-4;
/** More than a capture that keeps up is ever behind. */
const STEP_MICROS: Micros = 1_000_000;
/** Longer than a burst holds a capture up. */
const STEP_AFTER_MICROS: Micros = 10_000_000;

export class RecordedClock {
  #floor = Number.POSITIVE_INFINITY;
  #floorAt: Micros = 0;
  /** Least difference since all are a step above the floor, and since when. */
  #stepped = Number.POSITIVE_INFINITY;
  #steppedSince: Micros = 0;

  /**
   * @param recordedAt µs since the epoch, by the recording host
   * @param now monotonic, when it was seen
   * @returns the monotonic time that the recorded one is taken for, at most `now`
   */
  monotonicOf(recordedAt: Micros, now: Micros): Micros {
    const difference = now - recordedAt;
    const risen = this.#floor + (now - this.#floorAt) * DRIFT;
    this.#floor = Math.min(difference, risen);
    this.#floorAt = now;
    if (difference - this.#floor > STEP_MICROS) this.#noteStep(difference, now);
    else this.#stepped = Number.POSITIVE_INFINITY;
    return recordedAt + this.#floor;
  }

  #noteStep(difference: Micros, now: Micros): void {
    if (this.#stepped === Number.POSITIVE_INFINITY) this.#steppedSince = now;
    this.#stepped = Math.min(this.#stepped, difference);
    if (now - this.#steppedSince < STEP_AFTER_MICROS) return;
    this.#floor = this.#stepped;
    this.#stepped = Number.POSITIVE_INFINITY;
  }
}
