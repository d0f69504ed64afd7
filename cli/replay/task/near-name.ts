/** The known name that somebody may have meant. */

/** Names longer than this are compared by their beginning. */
const MAX_CHARACTERS = 64;

/** @returns undefined where none is near: more than a third of the characters would have to change */
export function nearName(name: string, known: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(name.length / 3));
  let best: { readonly name: string; readonly steps: number } | undefined;
  for (const one of known) {
    const steps = plain(one) === plain(name) ? 0 : editSteps(name, one);
    if (steps <= most && (best === undefined || steps < best.steps)) best = { name: one, steps };
  }
  return best?.name;
}

/** `set_header`, `set-header` and `setHeader` are one. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

/** Characters added, left out, changed or exchanged with their neighbour (optimal string alignment). */
function editSteps(left: string, right: string): number {
  const one = left.slice(0, MAX_CHARACTERS).toLowerCase();
  const other = right.slice(0, MAX_CHARACTERS).toLowerCase();
  let before: number[] = [];
  let above = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current[column] = Math.min(
        (above[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (above[column - 1] as number) + (same ? 0 : 1),
        row > 1 && column > 1 && swapped ? (before[column - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = above;
    above = current;
  }
  return above[other.length] as number;
}
