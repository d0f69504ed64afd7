/** How the last ten seconds of a run were. */
import type { Micros } from '../../core/index.ts';
import { RecentWindow } from './recent-window.ts';
import type { RecentReport } from './report.ts';

export class RecentTimes {
  readonly fromIntended = new RecentWindow();
  readonly scheduleLag = new RecentWindow();
  readonly tickLag = new RecentWindow();

  /** @param offset µs since the run's start */
  report(offset: Micros): RecentReport {
    const { fromIntended, scheduleLag, tickLag } = this;
    for (const window of [fromIntended, scheduleLag, tickLag]) window.roll(offset);
    return {
      fromIntended: { p50: fromIntended.percentile(50), p99: fromIntended.percentile(99) },
      scheduleLag: { p99: scheduleLag.percentile(99) },
      tickLag: { p99: tickLag.percentile(99) },
    };
  }
}
