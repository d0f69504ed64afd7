/**
 * A command line up to the cursor → its words, as a shell would cut them.
 *
 *   bytecopy find 'service:a AND out      words before: bytecopy, find; the one being written: service:a AND out, in '
 */
export interface ShellLine {
  /** Whole words, without their quotes. */
  readonly words: readonly string[];
  /** The word at the cursor, empty where none is begun. */
  readonly current: string;
  /** The quote that is open at the cursor; empty where none is. */
  readonly quote: string;
}

export function cutShellLine(line: string): ShellLine {
  const words: string[] = [];
  let current: string | undefined;
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const character = line[i] as string;
    if (quote !== '') {
      if (character === quote) quote = '';
      else if (character === '\\' && quote === '"' && i + 1 < line.length) current += line[++i] as string;
      else current += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      current ??= '';
    } else if (character === '\\') {
      current = (current ?? '') + (line[++i] ?? '');
    } else if (/\s/.test(character)) {
      if (current !== undefined) words.push(current);
      current = undefined;
    } else {
      current = (current ?? '') + character;
    }
  }
  return { words, current: current ?? '', quote };
}
