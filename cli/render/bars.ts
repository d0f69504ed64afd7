/** Bars of text: how much, and when. */

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar from the left, `share` (0 to 1) of `width` characters long, to an eighth of a character; never empty above 0. */
export function renderBar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  if (eighths === 0) return share > 0 ? '▏' : '';
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] as string);
}

/** Where the part from `start` to `end` (shares of the whole, 0 to 1) lies within `width` characters; at least one is filled. */
export function renderSpanBar(start: number, end: number, width: number): string {
  const from = Math.min(width - 1, Math.max(0, Math.floor(start * width)));
  const to = Math.min(width, Math.max(from + 1, Math.round(end * width)));
  return ' '.repeat(from) + '█'.repeat(to - from);
}

export interface BarRow {
  readonly label: string;
  readonly value: number;
  /** The value as it is shown. */
  readonly text: string;
}

/** Rows with bars that compare their values; labels are plain text. */
export function renderBars(rows: readonly BarRow[], width = 40): string {
  const largest = Math.max(0, ...rows.map((row) => row.value));
  const labelWidth = Math.max(0, ...rows.map((row) => row.label.length));
  const textWidth = Math.max(0, ...rows.map((row) => row.text.length));
  return rows
    .map((row) => {
      const bar = renderBar(largest === 0 ? 0 : row.value / largest, width);
      return `${row.label.padEnd(labelWidth)}  ${row.text.padStart(textWidth)}  ${bar}`.trimEnd();
    })
    .join('\n');
}
