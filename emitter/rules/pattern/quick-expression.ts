/**
 * Which expressions a backtracking matcher works through without ever going back far, and how it has to be told them.
 *
 *   ^/api/items/(\d+)/([^/]*)$        bound to the beginning; a row of characters and classes, plain groups around some;
 *                                     behind `*`, `+` or `?` comes nothing that the repeated class holds
 *
 * There what a repeat took can only have been right: giving it back fails at once, so the time is linear. Repeats within
 * groups that repeat, alternatives, counts, flags and classes of Unicode are left to the automaton. Letters and classes
 * are of ASCII, as RE2 has them, and `.` is all but the line feed.
 */

/** Of characters up to 0x7f, those that a class holds; others by `beyond`. */
interface Atom {
  readonly source: string;
  readonly holds: ReadonlySet<number>;
  /** Holds the characters beyond ASCII. */
  readonly beyond: boolean;
  readonly repeats: boolean;
  /** May take no character. */
  readonly optional: boolean;
}

const ASCII = Array.from({ length: 128 }, (_, code) => code);
const CLASSES: Readonly<Record<string, { readonly source: string; readonly test: RegExp }>> = {
  d: { source: '[0-9]', test: /[0-9]/ },
  w: { source: '[0-9A-Za-z_]', test: /[0-9A-Za-z_]/ },
};
const PIECE =
  /(?<open>\((?!\?))|(?<close>\))|(?:(?<class>\[\^?[^\]\\[^-]*(?:[^\]\\[^-]-[^\]\\[^-][^\]\\[^-]*)*\])|(?<named>\\[dw])|\\(?<escaped>[.\\/+*?()[\]{}|^$-])|(?<any>\.)|(?<plain>[^\\()[\]{}|^$*+?.\x80-\uffff]))(?<repeat>[*+?]?)(?![*+?{])/y;
/** A class in brackets between `[` or `[^` and `]` that has none of what needs an escape, and `-` in ranges only. */
const MAX_SOURCE_CHARS = 200;

/** @returns a source for `RegExp` without flags that finds the same; undefined where that is not known */
export function quickSource(source: string): string | undefined {
  if (!source.startsWith('^') || source.length > MAX_SOURCE_CHARS) return undefined;
  const isClosed = /(?<!\\)\$$/.test(source);
  const row = source.slice(1, isClosed ? -1 : undefined);
  const atoms: Atom[] = [];
  let written = '^';
  let depth = 0;
  for (let at = 0; at < row.length; at = PIECE.lastIndex) {
    PIECE.lastIndex = at;
    const groups = PIECE.exec(row)?.groups;
    if (groups === undefined) return undefined;
    if (groups.open !== undefined || groups.close !== undefined) {
      depth += groups.open === undefined ? -1 : 1;
      if (depth < 0 || /^[*+?{]/.test(row.slice(PIECE.lastIndex))) return undefined;
      written += groups.open ?? groups.close;
      continue;
    }
    const atom = atomOf(groups);
    atoms.push(atom);
    written += atom.source + groups.repeat;
  }
  if (depth !== 0 || !goesBackNowhere(atoms)) return undefined;
  return isClosed ? `${written}$` : written;
}

function atomOf(groups: Readonly<Record<string, string | undefined>>): Atom {
  const { class: inBrackets, named, escaped, any, plain, repeat = '' } = groups;
  const repeats = repeat === '*' || repeat === '+';
  const optional = repeat === '*' || repeat === '?';
  if (inBrackets !== undefined) {
    return { ...of(inBrackets, new RegExp(inBrackets)), beyond: inBrackets.startsWith('[^'), repeats, optional };
  }
  if (named !== undefined) {
    const known = CLASSES[named.slice(1)] as { source: string; test: RegExp };
    return { ...of(known.source, known.test), beyond: false, repeats, optional };
  }
  if (any !== undefined) return { ...of('[^\\n]', /[^\n]/), beyond: true, repeats, optional };
  const character = (escaped ?? plain) as string;
  const literal = escaped === undefined ? character : `\\${escaped}`;
  return { source: literal, holds: new Set([character.charCodeAt(0)]), beyond: false, repeats, optional };
}

function of(source: string, test: RegExp): Pick<Atom, 'source' | 'holds'> {
  return { source, holds: new Set(ASCII.filter((code) => test.test(String.fromCharCode(code)))) };
}

/** Whether no atom that takes more or less shares a character with what may come next. */
function goesBackNowhere(atoms: readonly Atom[]): boolean {
  return atoms.every((atom, place) => {
    if (!atom.repeats && !atom.optional) return true;
    for (const next of atoms.slice(place + 1)) {
      if ((next.beyond && atom.beyond) || [...next.holds].some((code) => atom.holds.has(code))) return false;
      if (!next.optional) return true;
    }
    return true;
  });
}
