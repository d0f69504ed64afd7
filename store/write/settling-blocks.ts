/** Blocks that the index has taken and that its searches may not show yet. */
import type { Millis, Segment } from '../../core/index.ts';
import type { BlockName } from './block-name.ts';

interface Settling {
  readonly names: readonly BlockName[];
  /** Monotonic ms from which on searches see it. */
  readonly visibleAt: number;
}

export class SettlingBlocks {
  #settling: Settling[] = [];

  /** @param visibleAfterMs as the index's manifest says; 0 where there is nothing to wait for */
  add(names: readonly BlockName[], visibleAfterMs: Millis): void {
    if (visibleAfterMs > 0) this.#settling.push({ names, visibleAt: performance.now() + visibleAfterMs });
    this.#forget();
  }

  of(segment: Segment): readonly Uint8Array[] {
    this.#forget();
    return this.#settling.flatMap(({ names }) =>
      names.filter((name) => name.segment === segment).map(({ block }) => block),
    );
  }

  #forget(): void {
    if (this.#settling.length === 0) return;
    const now = performance.now();
    this.#settling = this.#settling.filter(({ visibleAt }) => visibleAt > now);
  }
}
