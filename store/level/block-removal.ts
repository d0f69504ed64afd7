/** Removing blocks: their outlines are written anew without them, what else names them is of nobody then. */
import { sliceOfKey } from './block-group.ts';
import { checkedValue } from './checked-entry.ts';
import { GroupOutline } from './group-outline.ts';
import type { LevelFolder } from './level-folder.ts';
import { OUTLINE_PREFIX, prefixEnd } from './posting-fields.ts';

const PAGE_ENTRIES = 256;
const SLICE_BYTES = 4;

/** Reads and writes the outlines of the slices that the blocks are of. */
export async function removeBlocks(folder: LevelFolder, blocks: readonly Uint8Array[]): Promise<void> {
  const slices = new Map<number, { readonly start: Buffer; readonly gone: Set<string> }>();
  for (const block of blocks) {
    if (block.length < SLICE_BYTES) continue;
    const slice = sliceOfKey(block);
    const known = slices.get(slice);
    if (known !== undefined) known.gone.add(nameOf(block));
    else slices.set(slice, { start: Buffer.from(block.subarray(0, SLICE_BYTES)), gone: new Set([nameOf(block)]) });
  }
  for (const { start, gone } of slices.values()) await removeOfSlice(folder, start, gone);
}

async function removeOfSlice(folder: LevelFolder, slice: Buffer, gone: ReadonlySet<string>): Promise<void> {
  const prefix = Buffer.concat([OUTLINE_PREFIX, slice]);
  const end = prefixEnd(prefix);
  const outlines = folder.iterator({ gte: prefix, ...(end === undefined ? {} : { lt: end }) });
  const batch = folder.batch();
  try {
    for (;;) {
      const page = (await outlines.nextv(PAGE_ENTRIES)) as [Buffer, Buffer][];
      if (page.length === 0) break;
      for (const [key, value] of page) {
        const content = GroupOutline.read(key, value)?.without((block) => gone.has(nameOf(block)));
        if (content !== undefined) batch.put(key, checkedValue(key, content));
      }
    }
    if (batch.length > 0) await batch.write();
  } finally {
    await outlines.close();
    await batch.close();
  }
}

function nameOf(block: Uint8Array): string {
  return Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString('latin1');
}
