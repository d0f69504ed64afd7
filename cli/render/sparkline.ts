/** A course of values in one line: `▁▂▅▇█`. */

const HEIGHTS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** The last `width` values, each a character; scaled so that the largest of them is full. Nothing is below the lowest. */
export function renderSparkline(values: readonly number[], width: number): string {
  const shown = width > 0 ? values.slice(-width) : [];
  const largest = Math.max(0, ...shown);
  return shown
    .map((value) => {
      const height = largest === 0 ? 0 : Math.round((Math.max(0, value) / largest) * (HEIGHTS.length - 1));
      return HEIGHTS[height] ?? HEIGHTS[0];
    })
    .join('');
}
