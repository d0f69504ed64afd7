/** Slices of segments of one time, such as those of retention groups → the same slices, each with the blocks of all. */
import type { BlockRef } from './block-reader.ts';

/** @param streams blocks of one slice at a time, slices in the order of the search; never empty */
export async function* mergeSlices(
  streams: readonly AsyncGenerator<BlockRef[]>[],
  descending: boolean,
): AsyncGenerator<BlockRef[]> {
  const [only] = streams;
  if (only !== undefined && streams.length === 1) {
    yield* only;
    return;
  }
  try {
    const heads = await Promise.all(streams.map((stream) => stream.next()));
    for (;;) {
      const slices = heads.flatMap((head) => (head.done === true ? [] : [sliceOfRefs(head.value)]));
      if (slices.length === 0) return;
      const next = descending ? Math.max(...slices) : Math.min(...slices);
      const merged: BlockRef[] = [];
      for (const [position, stream] of streams.entries()) {
        const head = heads[position];
        if (head === undefined || head.done === true || sliceOfRefs(head.value) !== next) continue;
        merged.push(...head.value);
        heads[position] = await stream.next();
      }
      yield merged;
    }
  } finally {
    await Promise.all(streams.map((stream) => stream.return(undefined)));
  }
}

function sliceOfRefs(refs: readonly BlockRef[]): number {
  return (refs[0] as BlockRef).key.slice;
}
