/**
 * Which expressions a backtracking matcher works through in linear time, and how it has to be told them.
 *
 *   ^/api/items/(\d+)/([^/]*)$     a row of characters and classes, plain groups around some
 *   /(items|goods)/(\d+)           choices of plain texts, none of which begins with another
 *
 * - Behind `*`, `+` or `?` comes nothing that what repeats holds: what was taken can only have been right, and giving it
 *   back fails at once.
 * - The row is bound to the beginning of the text, or begins with a character that nothing in it holds that repeats: then
 *   an attempt passes that character no oftener than the row says, so each octet is in that many attempts at most.
 *
 * Repeats within groups that repeat, other choices, counts, flags and classes of Unicode are left to the automaton.
 * Letters and classes are of ASCII, as RE2 has them, and `.` is all but the line feed.
 */

interface Atom {
  readonly source: string;
  /** Characters up to 0x7f that it may begin with. */
  readonly holds: ReadonlySet<number>;
  /** It may begin with those beyond. */
  readonly beyond: boolean;
  readonly repeats: boolean;
  /** May take no character. */
  readonly optional: boolean;
  /** One certain character, once. */
  readonly literal: boolean;
}

type Pieces = Readonly<Record<string, string | undefined>>;

const MAX_SOURCE_CHARS = 200;
const ASCII = Array.from({ length: 128 }, (_, code) => code);
const NAMED: Readonly<Record<string, string>> = { '\\d': '[0-9]', '\\w': '[0-9A-Za-z_]', '.': '[^\\n]' };
/** A class has no escapes in it, and `-` in ranges only. */
const CLASS = '\\[\\^?(?:[^\\]\\\\[^-](?:-[^\\]\\\\[^-])?)+\\]';
const CHOICE = '\\((?<choice>[\\w/]+(?:\\|[\\w/]+)+)\\)';
const ESCAPED = '\\\\(?<escaped>[.\\\\/+*?()[\\]{}|^$-])';
const PLAIN = '(?<plain>[^\\\\()[\\]{}|^$*+?.\\x80-\\uffff])';
const PIECE = new RegExp(
  `(?:${CHOICE}|(?<open>\\((?!\\?))|(?<close>\\))|(?<class>${CLASS})|(?<named>\\\\[dw]|\\.)|${ESCAPED}|${PLAIN})`,
  'y',
);
const REPEAT = /[*+?]?(?![*+?{])/y;

/** @returns a source for `RegExp` with the flag `u` that finds the same; undefined where that is not known */
export function quickSource(source: string): string | undefined {
  if (source.length > MAX_SOURCE_CHARS) return undefined;
  const isBound = source.startsWith('^');
  const isClosed = /(?<!\\)\$$/.test(source);
  const row = source.slice(isBound ? 1 : 0, isClosed ? -1 : undefined);
  const atoms: Atom[] = [];
  let written = isBound ? '^' : '';
  let depth = 0;
  for (let at = 0; at < row.length; at = REPEAT.lastIndex) {
    const pieces = piecesAt(row, at);
    if (pieces === undefined) return undefined;
    const { open, close, choice, repeat } = pieces;
    if (open !== undefined || close !== undefined || choice !== undefined) {
      if (repeat !== '') return undefined;
      depth += open !== undefined ? 1 : close !== undefined ? -1 : 0;
      if (depth < 0) return undefined;
    }
    const atom = open === undefined && close === undefined ? atomOf(pieces) : undefined;
    if (atom !== undefined) atoms.push(atom);
    else if (choice !== undefined) return undefined;
    written += (atom?.source ?? open ?? close ?? '') + repeat;
  }
  const isQuick = depth === 0 && givesNothingBack(atoms) && (isBound || beginsSeldom(atoms));
  return isQuick ? `${written}${isClosed ? '$' : ''}` : undefined;
}

function piecesAt(row: string, at: number): (Pieces & { readonly repeat: string }) | undefined {
  PIECE.lastIndex = at;
  const match = PIECE.exec(row);
  if (match?.groups === undefined) return undefined;
  REPEAT.lastIndex = at + match[0].length;
  const repeat = REPEAT.exec(row)?.[0];
  return repeat === undefined ? undefined : { ...match.groups, repeat };
}

/** @returns undefined for a choice of which one text begins with another */
function atomOf(pieces: Pieces & { readonly repeat: string }): Atom | undefined {
  const { choice, named, escaped, plain, repeat } = pieces;
  const repeats = repeat === '*' || repeat === '+';
  const optional = repeat === '*' || repeat === '?';
  if (choice !== undefined) {
    const texts = choice.split('|');
    const isClear = texts.every((one, i) => texts.every((other, j) => i === j || !one.startsWith(other)));
    const holds = new Set(texts.map((text) => text.charCodeAt(0)));
    return isClear ? { source: `(${choice})`, holds, beyond: false, repeats, optional, literal: false } : undefined;
  }
  const character = escaped ?? plain;
  if (character !== undefined) {
    const source = escaped === undefined || escaped === '-' ? character : `\\${escaped}`;
    const holds = new Set([character.charCodeAt(0)]);
    return { source, holds, beyond: false, repeats, optional, literal: repeat === '' };
  }
  const source = named === undefined ? (pieces.class as string) : (NAMED[named] as string);
  const test = new RegExp(source);
  const holds = new Set(ASCII.filter((code) => test.test(String.fromCharCode(code))));
  return { source, holds, beyond: source.startsWith('[^'), repeats, optional, literal: false };
}

/** No atom that takes more or less shares a character with what may come next. */
function givesNothingBack(atoms: readonly Atom[]): boolean {
  return atoms.every((atom, place) => {
    if (!atom.repeats && !atom.optional) return true;
    for (const next of atoms.slice(place + 1)) {
      if ((next.beyond && atom.beyond) || [...next.holds].some((code) => atom.holds.has(code))) return false;
      if (!next.optional) return true;
    }
    return true;
  });
}

/** The first character cannot be passed by anything that repeats. */
function beginsSeldom([first, ...rest]: readonly Atom[]): boolean {
  if (first?.literal !== true) return false;
  const [code = 0] = first.holds;
  return rest.every((atom) => !atom.repeats || !atom.holds.has(code));
}
