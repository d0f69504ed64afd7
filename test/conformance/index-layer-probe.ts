/** How the suite of the index layers asks: hits as text, and waiting until what was put is seen. */
import { setTimeout as pause } from 'node:timers/promises';
import type { IndexEntry, IndexLayer, IndexSearch, Query, Segment } from '../../core/index.ts';
import { decodeBlockKey } from '../../store/block/block-key.ts';
import { allPages, SEGMENT } from '../support/store/index.ts';

/** Beyond what the manifest promises, for a busy machine. */
const PATIENCE_MS = 20_000;
const ASK_AGAIN_MS = 25;

/** Hits as `block: positions`, blocks by their number. */
export async function hitsOf(
  layer: IndexLayer,
  where: Query,
  more: Partial<IndexSearch> = {},
): Promise<string[] | undefined> {
  const pages = await layer.search({ segment: SEGMENT, where, ...more });
  if (pages === undefined) return undefined;
  return (await allPages(pages))
    .flat()
    .map(({ block, low, high }) => `${numberOf(block)}: ${positionsOf(low, high).join(' ')}`);
}

/** Number of a block by its key. */
export function numberOf(block: Uint8Array): number {
  return (decodeBlockKey(block)?.sequence ?? 0) - 1;
}

export function positionsOf(low: number, high: number): number[] {
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) =>
    bit < 32 ? (low >>> bit) & 1 : (high >>> (bit - 32)) & 1,
  );
}

/** Puts entries and asks until they are seen. */
export async function putVisibly(layer: IndexLayer, entries: readonly IndexEntry[]): Promise<void> {
  await layer.put(entries, 'buffered');
  const segments = new Set(entries.map(({ segment }) => segment));
  await untilVisible(layer, async () => {
    for (const segment of segments) {
      const held = await digestsOf(layer, segment);
      for (const entry of entries) {
        if (entry.segment !== segment) continue;
        const digest = held.get(Buffer.from(entry.block).toString('hex'));
        if (digest !== layer.digest(entry)) throw new Error(`block ${numberOf(entry.block)} is not seen: ${digest}`);
      }
    }
  });
}

/** Removes blocks and asks until they are gone. */
export async function removeVisibly(layer: IndexLayer, segment: Segment, blocks: readonly Uint8Array[]): Promise<void> {
  await layer.remove(segment, blocks);
  await untilVisible(layer, async () => {
    const held = await digestsOf(layer, segment);
    const left = blocks.filter((block) => held.has(Buffer.from(block).toString('hex')));
    if (left.length > 0) throw new Error(`blocks ${left.map(numberOf)} are still seen`);
  });
}

/** Digests by the block's key in hexadecimal digits. */
export async function digestsOf(layer: IndexLayer, segment: Segment = SEGMENT): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for await (const page of layer.contents(segment)) {
    for (const { block, digest } of page) {
      const key = Buffer.from(block).toString('hex');
      if (digests.has(key)) throw new Error(`block ${key} is told twice`);
      digests.set(key, digest);
    }
  }
  return digests;
}

/** At once where the layer reads its own writes; otherwise again and again, for as long as its manifest allows. */
export async function untilVisible(layer: IndexLayer, check: () => Promise<void>): Promise<void> {
  const { readYourWrites, visibleAfterMs } = layer.manifest;
  const deadline = performance.now() + (readYourWrites ? 0 : visibleAfterMs + PATIENCE_MS);
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
      await pause(ASK_AGAIN_MS);
    }
  }
}
