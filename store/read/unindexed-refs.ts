/** Blocks that the index names, and those it does not know yet, in the order of slices. */
import type { BlockRef } from './block-reader.ts';

/**
 * @param named pages of blocks, slices in the order of the search
 * @param unindexed blocks of the same range, in any order; one that is named too leaves twice, its exchanges once
 * @returns pages that are never empty
 */
export async function* withUnindexed(
  named: AsyncIterable<readonly BlockRef[]>,
  unindexed: readonly BlockRef[],
  descending: boolean,
): AsyncGenerator<readonly BlockRef[]> {
  const sign = descending ? -1 : 1;
  const waiting = [...unindexed].sort((one, other) => (one.key.slice - other.key.slice) * sign);
  let at = 0;
  for await (const page of named) {
    const merged: BlockRef[] = [];
    for (const ref of page) {
      for (
        let next = waiting[at];
        next !== undefined && (ref.key.slice - next.key.slice) * sign > 0;
        next = waiting[at]
      ) {
        merged.push(next);
        at++;
      }
      merged.push(ref);
    }
    yield merged;
  }
  if (at < waiting.length) yield waiting.slice(at);
}
