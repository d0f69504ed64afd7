/** Makes the index of a closed embedded store wrong, in each way in which one can be. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { IndexDocument, IndexEntry, Segment } from '../../../core/index.ts';
import { LevelDataLayer, LevelIndexLayer } from '../../../store/index.ts';

/** Runs work on the layers of a closed store. */
export async function withLayers<T>(
  path: string,
  work: (data: LevelDataLayer, index: LevelIndexLayer) => Promise<T>,
): Promise<T> {
  const data = new LevelDataLayer({ path: join(path, 'data') });
  const index = new LevelIndexLayer({ path: join(path, 'index') });
  try {
    return await work(data, index);
  } finally {
    await index.close();
    await data.close();
  }
}

/** Keys of the blocks in a segment, in order. */
export async function blocksOf(data: LevelDataLayer, segment: Segment): Promise<Uint8Array[]> {
  const blocks: Uint8Array[] = [];
  for await (const page of data.keys({ segment })) blocks.push(...page);
  return blocks;
}

/** What an index holds of a segment: block in hexadecimal → digest. */
export async function contentsOf(index: LevelIndexLayer, segment: Segment): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  for await (const page of index.contents(segment)) {
    for (const { block, digest } of page) contents.set(Buffer.from(block).toString('hex'), digest);
  }
  return contents;
}

/** All segments with what the index holds of them. */
export function indexOf(path: string): Promise<Record<Segment, Map<string, string>>> {
  return withLayers(path, async (_, index) => {
    const segments = await index.segments();
    return Object.fromEntries(
      await Promise.all(segments.map(async (segment) => [segment, await contentsOf(index, segment)] as const)),
    );
  });
}

export function removeIndexOf(path: string, segment: Segment): Promise<void> {
  return rm(join(path, 'index', segment), { recursive: true });
}

/** An entry that no exchange of these tests has. */
export function strangeEntry(segment: Segment, block: Uint8Array): IndexEntry {
  const document: IndexDocument = {
    at: 1,
    latencyMicros: 7,
    tenant: 'nobody',
    environment: '',
    region: '',
    instance: '',
    labels: {},
    session: '',
    source: 'nowhere',
    service: 'no-service',
    operation: 'GET /nothing',
    verb: 'GET',
    status: 599,
    outcome: 'paired',
    protocol: 'http1',
    reason: '',
    traceId: 'ffffffffffffffffffffffffffffffff',
  };
  return { segment, block, documents: [document] };
}
