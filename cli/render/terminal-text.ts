/**
 * Text that is safe to show: what came from the wire must not steer a terminal, nor reorder or hide what is read.
 *
 * Escaped are C0 and C1 controls (ANSI sequences begin with them), marks that turn the writing direction, line
 * separators, invisible characters and lone surrogates (Unicode TR 36, section 3; CVE-2021-42574).
 */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Cf}\u2028\u2029]/gu;

/** One line of text; line ends are escaped too. */
export function escapeForTerminal(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

/** Several lines: line feeds and tabs stay, a carriage return before a line feed is left out. */
export function escapeLinesForTerminal(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/\r$/, '').split('\t').map(escapeForTerminal).join('\t'))
    .join('\n');
}

/** At most so many characters, the rest told by an ellipsis in the middle, where paths differ least. */
export function shorten(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const tail = Math.floor((maxCharacters - 1) / 2);
  return `${text.slice(0, maxCharacters - 1 - tail)}…${text.slice(text.length - tail)}`;
}

function escapeCharacter(character: string): string {
  switch (character) {
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
    default: {
      const code = character.codePointAt(0) as number;
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
    }
  }
}
