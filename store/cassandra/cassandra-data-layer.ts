/** Port `DataLayer` on Cassandra: a table a segment, a partition a bucket and shard. What is kept how: `statements.ts`. */
import { randomBytes } from 'node:crypto';
import type {
  ByteCount,
  DataEntry,
  DataLayer,
  DataLayerManifest,
  Durability,
  KeyRange,
  Segment,
} from '../../core/index.ts';
import { clusterError } from '../cluster/cluster-error.ts';
import { entryPages, keyPages, type StoredRow, wholeValue } from '../cluster/stored-pages.ts';
import { MAX_VALUE_BYTES } from '../cluster/stored-value.ts';
import { CassandraClient, isMissingTable } from './cassandra-client.ts';
import { type CassandraOptions, type CheckedCassandraOptions, checkCassandraOptions } from './options.ts';
import { SegmentTables } from './segment-tables.ts';
import { areaKey, type KeyspaceStatements, keyspaceStatements } from './statements.ts';
import { TableReader } from './table-reader.ts';
import { TableWriter } from './table-writer.ts';

/** Tables that vanish under a put, each dropped by somebody else, before it gives up. */
const MAX_DROPS_UNDER_PUT = 3;

export class CassandraDataLayer implements DataLayer {
  readonly manifest: DataLayerManifest = {
    name: 'cassandra',
    snapshots: false,
    atomicPuts: false,
    durability: ['buffered'],
    maxValueBytes: MAX_VALUE_BYTES,
  };
  readonly #options: CheckedCassandraOptions;
  readonly #client: CassandraClient;
  readonly #tables: SegmentTables;
  readonly #writer: TableWriter;
  readonly #keyspace: KeyspaceStatements;

  /** Connects with the first call. @throws BytecopyError `STORE_OPTIONS_INVALID` (exit code 2) */
  constructor(options: CassandraOptions) {
    this.#options = checkCassandraOptions(options);
    this.#client = new CassandraClient(this.#options);
    this.#tables = new SegmentTables(this.#client, this.#options);
    this.#writer = new TableWriter(this.#client, randomBytes(8));
    this.#keyspace = keyspaceStatements(this.#options.keyspace);
  }

  /** Makes keyspace and tables where they are missing. @throws BytecopyError `CLUSTER_*` */
  init(): Promise<void> {
    return this.#tables.init();
  }

  async put(entries: readonly DataEntry[], _durability: Durability): Promise<void> {
    const bySegment = new Map<Segment, DataEntry[]>();
    for (const entry of entries) {
      if (entry.value.length > MAX_VALUE_BYTES) {
        throw new RangeError(`value of ${entry.value.length} bytes, ${MAX_VALUE_BYTES} at most`);
      }
      const group = bySegment.get(entry.segment);
      if (group === undefined) bySegment.set(entry.segment, [entry]);
      else group.push(entry);
    }
    for (const [segment, group] of bySegment) await this.#putSegment(segment, group);
  }

  async getMany(segment: Segment, keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    const values: (Uint8Array | undefined)[] = keys.map(() => undefined);
    await this.#read(segment, async (reader) => {
      const stored: (Buffer | undefined)[] = [];
      await reader.get(keys, (position, bytes) => {
        stored[position] = bytes;
      });
      for (const [position, bytes] of stored.entries()) {
        if (bytes !== undefined) values[position] = await wholeValue(bytes, (reference) => reader.pieces(reference));
      }
    });
    return values;
  }

  keys(range: KeyRange): AsyncIterable<readonly Uint8Array[]> {
    return keyPages(this.#rows(range, false), range.pageEntries);
  }

  scan(range: KeyRange): AsyncIterable<readonly DataEntry[]> {
    return entryPages(this.#rows(range, true), range.segment, range.pageEntries, async (reference) => {
      const table = await this.#tables.find(range.segment);
      return table === undefined ? undefined : new TableReader(this.#client, table).pieces(reference);
    });
  }

  /** What is acknowledged is as durable as the cluster makes it: nothing is held back here. */
  async sync(): Promise<void> {}

  segments(): Promise<readonly Segment[]> {
    return this.#tables.list();
  }

  /** What its writers have put, in bytes, before copies and what the engine adds; replaced values count twice. */
  async size(segment: Segment): Promise<ByteCount> {
    let byteCount = 0;
    await this.#read(segment, async (reader) => {
      byteCount = await reader.writtenBytes();
    });
    return byteCount;
  }

  drop(segment: Segment): Promise<void> {
    return this.#tables.drop(segment);
  }

  async readProperty(name: string): Promise<Uint8Array | undefined> {
    const rows = await this.#orNone(() =>
      this.#client.readAll(this.#keyspace.readProperty, [areaKey(this.#options.area), name]),
    );
    return rows[0]?.get('value') as Buffer | undefined;
  }

  async writeProperty(name: string, value: Uint8Array | undefined): Promise<void> {
    const area = areaKey(this.#options.area);
    const statement =
      value === undefined
        ? { query: this.#keyspace.removeProperty, params: [area, name] }
        : { query: this.#keyspace.writeProperty, params: [area, name, Buffer.from(value)] };
    try {
      await this.#client.write([statement]);
    } catch (error) {
      if (!isMissingTable(error)) throw error;
      if (value === undefined) return;
      await this.#tables.prepare();
      await this.#client.write([statement]);
    }
  }

  async properties(prefix: string): Promise<readonly string[]> {
    const rows = await this.#orNone(() =>
      this.#client.readAll(this.#keyspace.listProperties, [areaKey(this.#options.area), prefix]),
    );
    return rows.map((row) => row.get('name') as string).filter((name) => name.startsWith(prefix));
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #putSegment(segment: Segment, entries: readonly DataEntry[]): Promise<void> {
    for (let drops = 0; drops < MAX_DROPS_UNDER_PUT; drops++) {
      const table = await this.#tables.obtain(segment);
      try {
        return await this.#writer.put(table, entries);
      } catch (error) {
        if (!isMissingTable(error)) throw error;
        this.#tables.forget(segment);
      }
    }
    throw clusterError('CLUSTER_SCHEMA', `segment ${segment} is dropped as often as it is made`);
  }

  async *#rows(range: KeyRange, withValues: boolean): AsyncGenerator<readonly StoredRow[]> {
    for (let begun = false; ; ) {
      const table = await this.#tables.find(range.segment);
      if (table === undefined) return;
      try {
        for await (const batch of new TableReader(this.#client, table).rows(range, withValues)) {
          begun = true;
          yield batch;
        }
        return;
      } catch (error) {
        if (!isMissingTable(error)) throw error;
        this.#tables.forget(range.segment);
        if (begun) return;
      }
    }
  }

  /** @param work run again when the segment was dropped and put again since its table was found */
  async #read(segment: Segment, work: (reader: TableReader) => Promise<void>): Promise<void> {
    for (let drops = 0; drops < MAX_DROPS_UNDER_PUT; drops++) {
      const table = await this.#tables.find(segment);
      if (table === undefined) return;
      try {
        return await work(new TableReader(this.#client, table));
      } catch (error) {
        if (!isMissingTable(error)) throw error;
        this.#tables.forget(segment);
      }
    }
  }

  async #orNone<T>(read: () => Promise<readonly T[]>): Promise<readonly T[]> {
    try {
      return await read();
    } catch (error) {
      if (isMissingTable(error)) return [];
      throw error;
    }
  }
}
