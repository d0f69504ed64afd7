/** Port `ExchangeStore` over a data layer and an index layer: what an owner has, and every process where there is none. */
import {
  type ByteCount,
  BytecopyError,
  type DataLayer,
  type Exchange,
  type ExchangeId,
  type ExchangeStore,
  type IndexLayer,
  type Micros,
  type ScanReport,
  type Selection,
  type StoreStatistics,
  type TimeHistogram,
} from '../core/index.ts';
import type { SegmentKeys } from './keys/segment-keys.ts';
import { isOfIndex } from './read/asked-index.ts';
import { BlockReader } from './read/block-reader.ts';
import type { ReportDamage } from './read/damage.ts';
import { Finder } from './read/finder.ts';
import type { StoreCounts } from './read/store-counts.ts';
import type { BlockWriter } from './write/block-writer.ts';
import type { IndexFeeder } from './write/index-feeder.ts';

/** A trace is answered as a whole: more of it than this is read with `find`, which pages. */
export const MAX_TRACE_EXCHANGES = 10_000;

export interface LayeredStorePorts {
  readonly data: DataLayer;
  readonly index: IndexLayer;
  /** Absent where the store is only read. */
  readonly writing?: { readonly writer: BlockWriter; readonly feeder: IndexFeeder };
  readonly counts: () => Promise<StoreCounts>;
  readonly report: ReportDamage;
  /** Absent where no key was given: encrypted blocks cannot be read then. */
  readonly keys?: SegmentKeys;
}

export interface LayeredStoreOptions {
  readonly segmentMicros: Micros;
}

export class LayeredStore implements ExchangeStore {
  readonly #options: LayeredStoreOptions;
  readonly #ports: LayeredStorePorts;
  readonly #finder: Finder;
  #closing: Promise<void> | undefined;

  constructor(options: LayeredStoreOptions, ports: LayeredStorePorts) {
    this.#options = options;
    this.#ports = ports;
    this.#finder = new Finder(options, {
      ...ports,
      reader: new BlockReader(ports.data, ports.report, ports.keys),
      unindexed: (segment) => ports.writing?.feeder.unindexed(segment) ?? [],
    });
  }

  /** The same store for another reader, who is told of the damage that it meets; only the first one is closed. */
  reportingTo(report: ReportDamage): LayeredStore {
    return new LayeredStore(this.#options, { ...this.#ports, report });
  }

  /** @throws BytecopyError `STORE_READ_ONLY` where it was opened for reading beside other writers */
  async append(exchanges: readonly Exchange[]): Promise<void> {
    this.#assertOpen();
    if (this.#ports.writing === undefined) {
      throw new BytecopyError('STORE_READ_ONLY', 'the store was opened for reading');
    }
    await this.#ports.writing.writer.append(exchanges);
  }

  async flush(): Promise<void> {
    this.#assertOpen();
    await this.#ports.writing?.writer.flush();
  }

  async *find(selection: Selection, onScanned?: (report: ScanReport) => void): AsyncGenerator<readonly Exchange[]> {
    this.#assertOpen();
    await this.#drain();
    yield* this.#finder.find(selection, onScanned);
  }

  async histogram(selection: Selection, intervalMicros: Micros): Promise<TimeHistogram> {
    this.#assertOpen();
    await this.#drain();
    return await this.#finder.histogram(selection, intervalMicros);
  }

  async get(id: ExchangeId): Promise<Exchange | undefined> {
    this.#assertOpen();
    await this.#drain();
    return await this.#finder.get(id);
  }

  /** @throws BytecopyError `STORE_TRACE_TOO_LARGE` beyond {@link MAX_TRACE_EXCHANGES} */
  async trace(traceId: string): Promise<readonly Exchange[]> {
    if (traceId === '') return [];
    const where = { kind: 'field', field: 'trace', test: { kind: 'equals', value: traceId } } as const;
    const exchanges: Exchange[] = [];
    for await (const page of this.find({ where, limit: MAX_TRACE_EXCHANGES + 1 })) exchanges.push(...page);
    if (exchanges.length > MAX_TRACE_EXCHANGES) {
      throw new BytecopyError(
        'STORE_TRACE_TOO_LARGE',
        `trace ${traceId} has more than ${MAX_TRACE_EXCHANGES} exchanges`,
        {
          hint: `read it in pages: bytecopy find 'trace:${traceId}'`,
        },
      );
    }
    return exchanges;
  }

  async statistics(): Promise<StoreStatistics> {
    this.#assertOpen();
    const { data, index, counts, writing } = this.#ports;
    await this.#drain();
    // Without an index that answers the store still holds what it holds.
    const ofIndex = await sizeOf(index).catch((error: unknown) => {
      if (!isOfIndex(error)) throw error;
      return 0;
    });
    const bytesOnDisk = (await sizeOf(data)) + ofIndex;
    const indexWaiting = writing === undefined ? {} : { indexWaiting: writing.feeder.waitingBlocks };
    return { ...(await counts()), bytesOnDisk, ...indexWaiting };
  }

  /** @throws BytecopyError what could not be written, which is lost then */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { writing, index, data } = this.#ports;
    try {
      await writing?.writer.close();
    } finally {
      await index.close();
      await data.close();
    }
  }

  /** What waits becomes readable; what cannot be written does not keep the rest from being read. */
  async #drain(): Promise<void> {
    try {
      await this.#ports.writing?.writer.drain();
    } catch (error) {
      if (!(error instanceof BytecopyError)) throw error;
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new BytecopyError('STORE_CLOSED', 'the store is closed');
  }
}

async function sizeOf(layer: Pick<DataLayer, 'segments' | 'size'>): Promise<ByteCount> {
  let byteCount = 0;
  for (const segment of await layer.segments()) byteCount += await layer.size(segment);
  return byteCount;
}
