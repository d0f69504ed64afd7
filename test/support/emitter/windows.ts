/** How even a rate was: counts per window of the times at which a server logged its requests. */

export interface Windows {
  /** Requests in each whole second since the first. */
  readonly perSecond: readonly number[];
  /** Standard deviation of the counts per 100 ms and per 10 ms, % of their mean. */
  readonly deviation100: number;
  readonly deviation10: number;
}

/** @param times in ms, any order */
export function windowsOf(times: readonly number[]): Windows {
  return {
    perSecond: countsPer(times, 1_000),
    deviation100: deviation(countsPer(times, 100)),
    deviation10: deviation(countsPer(times, 10)),
  };
}

/** Counts of the whole windows between the first and the last time; the last, unfinished one is left out. */
function countsPer(times: readonly number[], windowMs: number): number[] {
  if (times.length === 0) return [];
  const first = times.reduce((least, time) => Math.min(least, time));
  const last = times.reduce((most, time) => Math.max(most, time));
  const counts = new Array<number>(Math.floor((last - first + 1) / windowMs)).fill(0);
  for (const time of times) {
    const window = Math.floor((time - first) / windowMs);
    if (window < counts.length) counts[window] = (counts[window] as number) + 1;
  }
  return counts;
}

function deviation(counts: readonly number[]): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
  return (Math.sqrt(variance) / mean) * 100;
}
