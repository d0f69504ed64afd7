/** Which lines make one text of another: those that are not in their longest common subsequence, in order. */

/** Longer texts cost their lengths multiplied. */
const MAX_LINES = 1_000;

export interface ChangedLine {
  /** `-` of the text before, `+` of the text after. */
  readonly sign: '+' | '-';
  /** Index of the line in its text. */
  readonly at: number;
}

/** @returns undefined where the texts have too many lines */
export function changedLines(before: readonly string[], after: readonly string[]): readonly ChangedLine[] | undefined {
  if (before.length > MAX_LINES || after.length > MAX_LINES) return undefined;
  const width = after.length + 1;
  // Length of what the rests from (row, column) on have in common.
  const common = new Uint16Array((before.length + 1) * width);
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      const here = row * width + column;
      common[here] =
        before[row] === after[column]
          ? (common[here + width + 1] as number) + 1
          : Math.max(common[here + width] as number, common[here + 1] as number);
    }
  }
  const changes: ChangedLine[] = [];
  let row = 0;
  let column = 0;
  while (row < before.length || column < after.length) {
    const here = row * width + column;
    if (row < before.length && column < after.length && before[row] === after[column]) {
      row++;
      column++;
    } else if (
      column >= after.length ||
      (row < before.length && (common[here + width] as number) >= (common[here + 1] as number))
    ) {
      changes.push({ sign: '-', at: row++ });
    } else changes.push({ sign: '+', at: column++ });
  }
  return changes;
}
