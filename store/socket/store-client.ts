/** Port `ExchangeStore` through the socket of the process that owns the store: reads; writing is the owner's. */
import {
  BytecopyError,
  decodeExchange,
  type Exchange,
  type ExchangeId,
  type ExchangeStore,
  type Micros,
  type ScanReport,
  type Selection,
  type StoreStatistics,
  type TimeHistogram,
} from '../../core/index.ts';
import type { Damage, ReportDamage } from '../read/damage.ts';
import { CareClient } from './care-client.ts';
import { FRAME } from './frame.ts';
import { callOwner, ownerValue } from './owner-call.ts';
import { SocketPath } from './socket-path.ts';

export class StoreClient implements ExchangeStore {
  /** Process that owns the store. */
  readonly ownerPid: number;
  readonly care: CareClient;
  readonly #socketPath: SocketPath;
  readonly #report: ReportDamage;

  private constructor(socketPath: SocketPath, ownerPid: number, report: ReportDamage) {
    this.#socketPath = socketPath;
    this.ownerPid = ownerPid;
    this.care = new CareClient(socketPath.path);
    this.#report = report;
  }

  /** @returns undefined where nobody listens */
  static async connect(storePath: string, report: ReportDamage): Promise<StoreClient | undefined> {
    const socketPath = await SocketPath.of(storePath);
    try {
      for await (const frame of callOwner(socketPath.path, '/owner', {})) {
        const { pid } = JSON.parse(frame.bytes.toString()) as { pid: number };
        return new StoreClient(socketPath, pid, report);
      }
    } catch (error) {
      await socketPath.close();
      if (error instanceof BytecopyError && error.code === 'STORE_OWNER_GONE') return undefined;
      throw error;
    }
    await socketPath.close();
    return undefined;
  }

  /** @throws BytecopyError `STORE_NOT_OWNER`, always */
  append(_exchanges: readonly Exchange[]): Promise<void> {
    return Promise.reject(
      new BytecopyError('STORE_NOT_OWNER', `the store is written by process ${this.ownerPid}`, {
        hint: 'stop that process first, or write to another store',
      }),
    );
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  async *find(selection: Selection, onScanned?: (report: ScanReport) => void): AsyncGenerator<readonly Exchange[]> {
    yield* this.#pages('/find', selection, onScanned);
  }

  histogram(selection: Selection, intervalMicros: Micros): Promise<TimeHistogram> {
    return this.#value<TimeHistogram>('/histogram', { selection, intervalMicros });
  }

  async get(id: ExchangeId): Promise<Exchange | undefined> {
    for await (const page of this.#pages('/get', { id })) return page[0];
    return undefined;
  }

  async trace(traceId: string): Promise<readonly Exchange[]> {
    for await (const page of this.#pages('/trace', { traceId })) return page;
    return [];
  }

  statistics(): Promise<StoreStatistics> {
    return this.#value<StoreStatistics>('/statistics', {});
  }

  close(): Promise<void> {
    return this.#socketPath.close();
  }

  #value<T>(path: string, body: unknown): Promise<T> {
    return ownerValue<T>(this.#socketPath.path, path, body, this.#report);
  }

  async *#pages(
    path: string,
    body: unknown,
    onScanned?: (report: ScanReport) => void,
  ): AsyncGenerator<readonly Exchange[]> {
    let page: Exchange[] = [];
    for await (const frame of callOwner(this.#socketPath.path, path, body)) {
      switch (frame.kind) {
        case FRAME.exchange:
          page.push(decodeExchange(frame.bytes));
          break;
        case FRAME.page:
          yield page;
          page = [];
          break;
        case FRAME.scanned:
          onScanned?.(JSON.parse(frame.bytes.toString()) as ScanReport);
          break;
        case FRAME.damage:
          this.#report(JSON.parse(frame.bytes.toString()) as Damage);
          break;
        default:
          throw new BytecopyError('STORE_SOCKET', `the owner of the store sent a frame of kind ${frame.kind}`, {
            hint: 'use the same version of bytecopy on both sides',
          });
      }
    }
  }
}
