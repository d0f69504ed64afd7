/**
 * Port `ExchangeStore`: what the other stages see of data layer and index layer.
 *
 * An adapter owes: equal ids kept once; results in the order of (time, id) in the asked direction, in pages, without
 * ever holding a result set; reads that see everything appended before they began; nothing lost that was flushed.
 */
import { BytecopyError } from '../errors.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { ExchangeId } from '../exchange/exchange-id.ts';
import type { Query } from '../query/query.ts';
import type { ByteCount, Micros } from '../units.ts';
import type { TimeCount } from './index-layer.ts';

export interface Selection {
  /** Which exchanges; all of them where absent. */
  readonly where?: Query;
  /** First time taken, µs since the epoch, inclusive. */
  readonly since?: Micros;
  /** First time no longer taken, exclusive. */
  readonly until?: Micros;
  /** Continue behind this exchange in the asked direction. */
  readonly after?: ExchangeId;
  readonly order?: 'oldest-first' | 'newest-first';
  readonly limit?: number;
}

export interface TimeHistogram {
  readonly counts: readonly TimeCount[];
  /** Otherwise the counts are upper bounds, told by an index that names more than it was asked for. */
  readonly exact: boolean;
}

export interface StoreStatistics {
  readonly exchanges: number;
  readonly bytesOnDisk: ByteCount;
  readonly oldestAt: Micros | undefined;
  readonly newestAt: Micros | undefined;
  /** Blocks that this process, or the owner, wrote and the index has not got yet; absent where nobody writes here. */
  readonly indexWaiting?: number;
}

/** What a search cost, told when it ends or is left. */
export interface ScanReport {
  /** Whether the index narrowed it down: in every segment, in some, in none. */
  readonly index: 'used' | 'partly' | 'not-used';
  readonly segments: number;
  readonly blocks: number;
  /** Exchanges read and tested against the query. */
  readonly exchanges: number;
  readonly found: number;
}

export interface ExchangeStore {
  /** Resolves when the store has room for more; not yet durable. */
  append(exchanges: readonly Exchange[]): Promise<void>;
  /** Resolves when everything appended before is on disk, synced. */
  flush(): Promise<void>;
  find(selection: Selection, onScanned?: (report: ScanReport) => void): AsyncIterable<readonly Exchange[]>;
  /** Exchanges by time, stretches of `intervalMicros` counted from the epoch, oldest first, empty ones left out. */
  histogram(selection: Selection, intervalMicros: Micros): Promise<TimeHistogram>;
  get(id: ExchangeId): Promise<Exchange | undefined>;
  /** Every exchange of the trace, in time order. */
  trace(traceId: string): Promise<readonly Exchange[]>;
  statistics(): Promise<StoreStatistics>;
  /** @throws ExchangesLost where what `append` took could not be written */
  close(): Promise<void>;
}

/** A store that is closed gives up what it could not write. */
export class ExchangesLost extends BytecopyError {
  /** Taken by `append`, and not stored. */
  readonly exchanges: number;

  constructor(exchanges: number, { code, message, hint, exitCode }: BytecopyError, cause: unknown) {
    super(code, `${message}; ${exchanges} exchanges that were taken are not stored`, {
      ...(hint === undefined ? {} : { hint }),
      exitCode,
      cause,
    });
    this.exchanges = exchanges;
  }
}
