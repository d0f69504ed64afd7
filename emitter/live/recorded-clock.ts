/**
 * Recorded times → this machine's monotonic clock, for traffic that comes in live.
 *
 * A request is seen some time after it was recorded: the capture's and the parser's delay, and by how much the clocks of
 * the recording host and of this one differ. The least of these differences seen lately stands for "without delay", so
 * that recorded gaps can be kept and clocks that drift apart do no harm.
 *
 *     seen − recorded   ˙˙·˙··˙   the floor is followed down at once and up by {@link DRIFT}
 *     floor             ________
 */
import type { Micros } from '../../core/index.ts';

/** Clocks drift apart by less than this: 1 ms in 5 s. Quartz is 50 times better, and a step of the wall clock is forgotten soon. */
const DRIFT = 2e-4;

export class RecordedClock {
  #floor = Number.POSITIVE_INFINITY;
  #floorAt: Micros = 0;

  /**
   * @param recordedAt µs since the epoch, by the recording host
   * @param now monotonic, when it was seen
   * @returns the monotonic time that the recorded one is taken for, at most `now`
   */
  monotonicOf(recordedAt: Micros, now: Micros): Micros {
    const risen = this.#floor + (now - this.#floorAt) * DRIFT;
    this.#floor = Math.min(now - recordedAt, risen);
    this.#floorAt = now;
    return recordedAt + this.#floor;
  }
}
