/** What this process writes, as those who look after the store see it. */
import type { Segment } from '../../core/index.ts';
import type { Catalog } from '../owner/catalog.ts';
import type { BlockWriter } from '../write/block-writer.ts';
import type { IndexFeeder } from '../write/index-feeder.ts';
import type { WriterState } from './care-ports.ts';

export interface LiveWriterPorts {
  readonly writer: Pick<BlockWriter, 'flush'>;
  readonly feeder: Pick<IndexFeeder, 'unindexed'>;
  readonly catalog: Pick<Catalog, 'sequence' | 'dirty' | 'counts' | 'forget'>;
}

export class LiveWriter implements WriterState {
  readonly #ports: LiveWriterPorts;

  constructor(ports: LiveWriterPorts) {
    this.#ports = ports;
  }

  async settle(): Promise<number> {
    const { writer, catalog } = this.#ports;
    await writer.flush();
    return catalog.sequence;
  }

  unindexed(segment: Segment): readonly Uint8Array[] | 'unknown' {
    return this.#ports.feeder.unindexed(segment);
  }

  written(): ReadonlySet<Segment> {
    return this.#ports.catalog.dirty;
  }

  counted(): ReadonlyMap<Segment, { readonly exchanges: number }> {
    return this.#ports.catalog.counts;
  }

  forget(segments: readonly Segment[]): Promise<void> {
    return this.#ports.catalog.forget(segments);
  }
}
