/** Which table holds which segment: found once, made with the first write, forgotten when it is gone. */
import { randomBytes } from 'node:crypto';
import type { Segment } from '../../core/index.ts';
import { clusterError } from '../cluster/cluster-error.ts';
import { type CassandraClient, isMissingTable } from './cassandra-client.ts';
import type { CheckedCassandraOptions } from './options.ts';
import {
  areaKey,
  isTableName,
  type KeyspaceStatements,
  keyspaceStatements,
  type TableStatements,
  tableName,
  tableStatements,
} from './statements.ts';

export interface SegmentTable {
  readonly statements: TableStatements;
  readonly shards: number;
  /** Buckets that are in the directory, by shard, as far as this process knows. */
  readonly listed: Set<string>;
  /** Bytes this process has put. */
  writtenBytes: number;
}

export class SegmentTables {
  readonly #client: CassandraClient;
  readonly #options: CheckedCassandraOptions;
  readonly #keyspace: KeyspaceStatements;
  readonly #known = new Map<Segment, Promise<SegmentTable | undefined>>();
  #initialised: Promise<void> | undefined;

  constructor(client: CassandraClient, options: CheckedCassandraOptions) {
    this.#client = client;
    this.#options = options;
    this.#keyspace = keyspaceStatements(options.keyspace);
  }

  /** Makes keyspace and tables where they are missing, and removes tables that a drop did not come to. */
  async init(): Promise<void> {
    const { keyspace, localDataCenter, replicationFactor } = this.#options;
    const copies = replicationFactor ?? Math.min(3, await this.#client.nodeCount());
    await this.#client.define(this.#keyspace.create(localDataCenter, copies));
    for (const table of this.#keyspace.tables) await this.#client.define(table);
    // A table's row is there before it: what has none when the rows are read after the tables has lost it for good.
    const tables = await this.#client.readAll(this.#keyspace.listTables, [keyspace]);
    const rows = await this.#client.readAll(this.#keyspace.listAllSegments, []);
    const owned = new Set(rows.map((row) => tableName(row.get('segment') as string, row.get('table_id') as string)));
    const left = tables.map((row) => row.get('table_name') as string).filter((name) => !owned.has(name));
    for (const name of left.filter(isTableName)) await this.#client.define(this.#keyspace.dropTable(name));
  }

  async list(): Promise<readonly Segment[]> {
    const rows = await this.#orNothing(() =>
      this.#client.readAll(this.#keyspace.listSegments, [areaKey(this.#options.area)]),
    );
    return (rows ?? []).map((row) => row.get('segment') as string).sort();
  }

  /** @returns undefined where nothing was put */
  async find(segment: Segment): Promise<SegmentTable | undefined> {
    let found = this.#known.get(segment);
    if (found === undefined) {
      found = this.#read(segment).then((row) => (row === undefined ? undefined : this.#toTable(segment, row)));
      this.#remember(segment, found);
    }
    const table = await found;
    if (table === undefined && this.#known.get(segment) === found) this.#known.delete(segment);
    return table;
  }

  /** The segment's table, made where it is missing. */
  async obtain(segment: Segment): Promise<SegmentTable> {
    const found = await this.find(segment);
    if (found !== undefined) return found;
    let made = this.#known.get(segment);
    if (made === undefined) {
      made = this.#make(segment);
      this.#remember(segment, made);
    }
    return (await made) ?? (await this.#make(segment));
  }

  /** Called when a request says that the table is not there. */
  forget(segment: Segment): void {
    this.#known.delete(segment);
  }

  async drop(segment: Segment): Promise<void> {
    const row = await this.#read(segment);
    this.#known.delete(segment);
    if (row === undefined) return;
    // Its row first: who still writes finds no table, and makes a new one instead of losing what it puts.
    await this.#client.compareAndSet(this.#keyspace.removeSegment, [areaKey(this.#options.area), segment]);
    await this.#client.define(this.#keyspace.dropTable(tableName(segment, row.tableId)));
  }

  /** Makes the tables beside the segments' once for this process, where that is allowed. */
  async prepare(): Promise<void> {
    if (!this.#options.createKeyspace) {
      const text = `keyspace ${this.#options.keyspace} is not there or has no tables of ours`;
      throw clusterError('CLUSTER_SCHEMA', text);
    }
    this.#initialised ??= this.init().catch((error: unknown) => {
      this.#initialised = undefined;
      throw error;
    });
    await this.#initialised;
  }

  async #make(segment: Segment): Promise<SegmentTable> {
    const { shards } = this.#options;
    const area = areaKey(this.#options.area);
    const add = (): Promise<void> =>
      this.#client.compareAndSet(this.#keyspace.addSegment, [area, segment, randomBytes(16).toString('hex'), shards]);
    await add().catch(async (error: unknown) => {
      if (!isMissingTable(error)) throw error;
      await this.prepare();
      await add();
    });
    const row = await this.#read(segment);
    if (row === undefined) throw clusterError('CLUSTER_SCHEMA', `segment ${segment} was removed while it was made`);
    const table = this.#toTable(segment, row);
    await this.#client.define(table.statements.create);
    return table;
  }

  async #read(segment: Segment): Promise<{ readonly tableId: string; readonly shards: number } | undefined> {
    const rows = await this.#orNothing(() =>
      this.#client.readAll(this.#keyspace.findSegment, [areaKey(this.#options.area), segment]),
    );
    const [row] = rows ?? [];
    return row === undefined
      ? undefined
      : { tableId: row.get('table_id') as string, shards: row.get('shards') as number };
  }

  #toTable(segment: Segment, row: { readonly tableId: string; readonly shards: number }): SegmentTable {
    const statements = tableStatements(this.#options.keyspace, tableName(segment, row.tableId), row.tableId);
    return { statements, shards: row.shards, listed: new Set(), writtenBytes: 0 };
  }

  #remember(segment: Segment, table: Promise<SegmentTable | undefined>): void {
    this.#known.set(segment, table);
    table.catch(() => {
      if (this.#known.get(segment) === table) this.#known.delete(segment);
    });
  }

  /** A keyspace that is not there holds nothing. */
  async #orNothing<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (isMissingTable(error)) return undefined;
      throw error;
    }
  }
}
