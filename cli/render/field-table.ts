/** The fields that a query can name, as `bytecopy fields` prints them. */
import { CONTENT_NAMES, QUERY_FIELDS } from '../../core/index.ts';
import { renderPlainTable } from './plain-table.ts';

export interface FieldRow {
  readonly field: string;
  readonly values: 'text' | 'number' | 'latency' | 'time';
  readonly describes: string;
  readonly choices: readonly string[];
  readonly aliases: readonly string[];
  /** Tested by reading, after the index has narrowed. */
  readonly scanned: boolean;
}

export function fieldRows(): readonly FieldRow[] {
  const fields = Object.entries(QUERY_FIELDS).map(([field, { values, describes, choices = [], aliases }]) => {
    return { field, values, describes, choices, aliases, scanned: false };
  });
  const contents = Object.entries(CONTENT_NAMES).map(([field, { describes, aliases }]) => {
    return { field, values: 'text' as const, describes, choices: [], aliases, scanned: true };
  });
  return [...fields, ...contents];
}

export function renderFieldTable(): string {
  const rows = fieldRows().map(({ field, values, describes, choices, aliases, scanned }) => [
    field,
    scanned ? 'scanned' : values,
    choices.length === 0 ? describes : `${describes}: ${choices.join(', ')}`,
    aliases.join(', '),
  ]);
  const columns = ['field', 'values', 'what it asks', 'also'];
  return renderPlainTable(
    columns.map((head) => ({ head, align: 'left' as const })),
    rows,
  );
}
