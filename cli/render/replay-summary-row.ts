/** A line of a report's head: what it is about, and what there is to tell. */
export interface SummaryRow {
  readonly name: string;
  /** Not escaped yet, as the trouble. */
  readonly text: string;
  /** What is wrong with it; undefined where nothing is. */
  readonly trouble?: string;
}

/** @param troubles empty where nothing is wrong */
export function summaryRow(name: string, parts: readonly string[], troubles: readonly string[] = []): SummaryRow {
  const text = parts.join(', ');
  return troubles.length === 0 ? { name, text } : { name, text, trouble: troubles.join('; ') };
}

const MAX_NAMES = 5;

/** `a, b, c and 4 more`. */
export function listNames(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  const listed = names.slice(0, MAX_NAMES).join(', ');
  return more > 0 ? `${listed} and ${more} more` : listed;
}
