/** All entries of a segment: what is there of each block, and removing blocks. */
import type { ByteCount, IndexedBlock } from '../../core/index.ts';
import { BlockDigests, hashBlock } from './block-digest.ts';
import { decodeBlockOutline } from './block-outline.ts';
import { approximateSize, type LevelFolder } from './level-folder.ts';
import { blockOfPosting, LATENCIES_PREFIX, OUTLINE_PREFIX, SESSIONS_PREFIX } from './posting.ts';
import { FORMAT_KEY, POSTING_FIELDS, prefixEnd, termPrefix } from './posting-fields.ts';
import { distinctValues } from './posting-values.ts';

/** Blocks whose digests are held at once, 50 MB; a segment of more is walked several times. */
const MAX_BLOCKS_HELD = 1024 * 1024;
const PAGE_ENTRIES = 1024;
const PAGE_BLOCKS = 1024;
/** Looking a block's entries up takes as long as walking so many bytes. */
const BYTES_WALKED_A_LOOK_UP: ByteCount = 100_000;
/** Distinct values of a field that are tried for each block. */
const MAX_VALUES_TRIED = 512;

/** A part of the blocks: those whose hash leaves `rest` when divided by `parts`, a power of two. */
interface Part {
  readonly parts: number;
  readonly rest: number;
}

/** What the entries of each block sum up to, once a block; where more are met than held, in parts. */
export async function* blockDigests(
  folder: LevelFolder,
  maxBlocksHeld = MAX_BLOCKS_HELD,
): AsyncGenerator<readonly IndexedBlock[]> {
  const open: Part[] = [{ parts: 1, rest: 0 }];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const digests = await digestsOf(folder, part, maxBlocksHeld);
    if (digests === undefined) {
      const { parts, rest } = part;
      open.push({ parts: 2 * parts, rest }, { parts: 2 * parts, rest: rest + parts });
      continue;
    }
    let page: IndexedBlock[] = [];
    for (const block of digests.blocks()) {
      page.push(block);
      if (page.length < PAGE_BLOCKS) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }
}

/** @returns undefined where there are more blocks than are held */
async function digestsOf(folder: LevelFolder, part: Part, maxBlocks: number): Promise<BlockDigests | undefined> {
  const digests = new BlockDigests(maxBlocks);
  for await (const page of entryPages(folder)) {
    for (const [key, value] of page) {
      const block = blockOfPosting(key);
      if (part.parts > 1 && (hashBlock(block) & (part.parts - 1)) !== part.rest) continue;
      if (!digests.add(block, key, value)) return undefined;
    }
  }
  return digests;
}

/**
 * Removes everything that names these blocks. The entries of a few are looked up: of its trace ids by their heads in the
 * outline, of the other fields by trying the values of the segment. Where that finds another number than the outline
 * tells, or would take longer, the segment is walked.
 */
export async function removeBlocks(
  folder: LevelFolder,
  blocks: readonly Uint8Array[],
  bytesWalkedALookUp = BYTES_WALKED_A_LOOK_UP,
): Promise<void> {
  const sought = new Map(blocks.map((block) => [Buffer.from(block).toString('latin1'), Buffer.from(block)]));
  const walked = await approximateSize(folder);
  if (sought.size * bytesWalkedALookUp < walked) await removeByLookUp(folder, sought);
  if (sought.size === 0) return;
  for await (const page of entryPages(folder)) {
    const batch = folder.batch();
    for (const [key] of page) if (sought.has(blockOfPosting(key).toString('latin1'))) batch.del(key);
    if (batch.length > 0) await batch.write();
    else await batch.close();
  }
}

/** Takes the blocks out of `sought` of which everything was found and removed. */
async function removeByLookUp(folder: LevelFolder, sought: Map<string, Buffer>): Promise<void> {
  const prefixes = await fewPrefixes(folder);
  if (prefixes === undefined) return;
  for (const [name, block] of [...sought]) {
    const outlineBytes = await folder.get(Buffer.concat([OUTLINE_PREFIX, block]));
    const outline = outlineBytes && decodeBlockOutline(outlineBytes);
    if (outline === undefined) continue;
    const tried = prefixes.map((prefix) => Buffer.concat([prefix, block]));
    const values = await folder.getMany(tried);
    const keys = [
      ...tried.filter((_, n) => values[n] !== undefined),
      ...(await traceKeys(folder, outline.traceHeads, block)),
    ];
    if (keys.length !== outline.postings) continue;
    await folder.batch(keys.map((key) => ({ type: 'del' as const, key })));
    sought.delete(name);
  }
}

/** Prefixes of all values but trace ids; undefined where there are too many to try. */
async function fewPrefixes(folder: LevelFolder): Promise<readonly Buffer[] | undefined> {
  const prefixes: Buffer[] = [SESSIONS_PREFIX, LATENCIES_PREFIX, OUTLINE_PREFIX];
  const { format, packedTrace, sessions, latencies, outline, ...fields } = POSTING_FIELDS;
  for (const field of Object.values(fields)) {
    const values = await distinctValues(folder, field, Buffer.alloc(0), MAX_VALUES_TRIED);
    if (values === undefined) return undefined;
    prefixes.push(...values.map((value) => termPrefix(field, value)));
  }
  return prefixes;
}

async function traceKeys(folder: LevelFolder, heads: readonly Buffer[], block: Buffer): Promise<Buffer[]> {
  const found = new Map<string, Buffer>();
  for (const head of heads) {
    const from = Buffer.concat([Buffer.of(POSTING_FIELDS.packedTrace), head]);
    for (const key of await folder.keys({ gte: from, lt: prefixEnd(from) as Buffer }).all()) {
      if (blockOfPosting(key).equals(block)) found.set(key.toString('latin1'), key);
    }
  }
  return [...found.values()];
}

async function* entryPages(folder: LevelFolder): AsyncGenerator<readonly [Buffer, Buffer][]> {
  const iterator = folder.iterator({ gt: FORMAT_KEY, fillCache: false });
  try {
    for (;;) {
      const page = (await iterator.nextv(PAGE_ENTRIES)) as [Buffer, Buffer][];
      if (page.length === 0) return;
      yield page;
    }
  } finally {
    await iterator.close();
  }
}
