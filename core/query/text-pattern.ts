/**
 * A pattern that may stand anywhere in a text: `*` any run of characters, `?` one.
 *
 * The first place of each piece between two `*` is the right one, so nothing is tried again: time at most text × the
 * longest piece, and for pieces without `?` that of a search for a word.
 */
export function compileTextPattern(pattern: string): (text: string) => boolean {
  const pieces = pattern.split(/\*+/).filter((piece) => piece !== '');
  return (text) => {
    let at = 0;
    for (const piece of pieces) {
      const found = findPiece(text, piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return true;
  };
}

/** Where it stands first from a position on; -1 where it does not. */
function findPiece(text: string, piece: string, from: number): number {
  if (!piece.includes('?')) return text.indexOf(piece, from);
  for (let at = from; at + piece.length <= text.length; at++) {
    let i = 0;
    while (i < piece.length && (piece[i] === '?' || piece[i] === text[at + i])) i++;
    if (i === piece.length) return at;
  }
  return -1;
}
