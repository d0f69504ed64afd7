/** Flags that may be repeated, and lists within one. */
import { usageError } from './usage-error.ts';

/** For a flag that may be repeated: each time one more entry. */
export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/**
 * For a flag that may be repeated and whose value may hold several entries, separated by commas.
 *
 * @throws BytecopyError `USAGE` (exit code 2) where an entry is empty
 */
export function collectList(text: string, before: readonly string[] = []): string[] {
  const entries = text.split(',').map((entry) => entry.trim());
  if (entries.includes(''))
    throw usageError(`"${text}" holds an empty entry`, 'separate entries by one comma: one,two');
  return [...before, ...entries];
}
