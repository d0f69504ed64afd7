/** Port `DataLayer` on HBase through its REST gateway: a table a segment, rows spread over shards. Rows: `row-key.ts`. */
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
import { eachBounded } from '../cluster/each-bounded.ts';
import { mergeShards } from '../cluster/merge-shards.ts';
import { PageRows } from '../cluster/page-rows.ts';
import { readAhead } from '../cluster/read-ahead.ts';
import { DEFAULT_PAGE_ENTRIES, entryPages, keyPages, type StoredRow, wholeValue } from '../cluster/stored-pages.ts';
import {
  encodeReference,
  encodeWhole,
  MAX_VALUE_BYTES,
  MAX_WHOLE_BYTES,
  PIECE_BYTES,
  type PieceReference,
  pieceOf,
  referenceFor,
} from '../cluster/stored-value.ts';
import type { RowCell } from './cell-set.ts';
import { HbaseClient, MissingTableError } from './hbase-client.ts';
import { type HbaseTable, HbaseTables } from './hbase-tables.ts';
import { checkHbaseOptions, type HbaseOptions } from './options.ts';
import { blockRow, keyOfRow, pieceRow, shardRows, toHex, WRITER_ROWS, writerRow } from './row-key.ts';
import { TableRows } from './table-rows.ts';

const PIECES_AT_ONCE = 4;
/** Tables that vanish under a call, each dropped by somebody else, before it gives up. */
const MAX_DROPS = 3;

export class HbaseDataLayer implements DataLayer {
  readonly manifest: DataLayerManifest = {
    name: 'hbase',
    snapshots: false,
    atomicPuts: false,
    durability: ['buffered'],
    maxValueBytes: MAX_VALUE_BYTES,
  };
  readonly #client: HbaseClient;
  readonly #tables: HbaseTables;
  readonly #properties: TableRows;
  readonly #writer = randomBytes(8);

  /** Connects with the first call. @throws BytecopyError `STORE_OPTIONS_INVALID` (exit code 2) */
  constructor(options: HbaseOptions) {
    const checked = checkHbaseOptions(options);
    this.#client = new HbaseClient(checked);
    this.#tables = new HbaseTables(this.#client, checked);
    this.#properties = new TableRows(this.#client, this.#tables.properties);
  }

  /** Makes the table that is there before any segment. @throws BytecopyError `CLUSTER_*` */
  async init(): Promise<void> {
    await this.#tables.obtain(this.#tables.properties);
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
    for (const [segment, group] of bySegment) {
      await this.#writing(this.#tables.nameOf(segment), (table) => this.#putAll(table, group));
    }
  }

  async getMany(segment: Segment, keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    const values = await this.#reading(segment, async (rows, { shards }) => {
      const names = keys.map((key) => blockRow(key, shards));
      const found = new Map<string, Buffer>();
      await rows.get([...new Set(names)], (name, data) => found.set(name, data));
      const all: (Uint8Array | undefined)[] = [];
      for (const name of names) {
        const stored = found.get(name);
        all.push(stored && (await wholeValue(stored, (reference) => readPieces(rows, reference))));
      }
      return all;
    });
    return values ?? keys.map(() => undefined);
  }

  keys(range: KeyRange): AsyncIterable<readonly Uint8Array[]> {
    return keyPages(this.#rows(range, false), range.pageEntries);
  }

  scan(range: KeyRange): AsyncIterable<readonly DataEntry[]> {
    const rows = new TableRows(this.#client, this.#tables.nameOf(range.segment));
    return entryPages(this.#rows(range, true), range.segment, range.pageEntries, (reference) =>
      readPieces(rows, reference).catch((error: unknown) => {
        if (error instanceof MissingTableError) return undefined;
        throw error;
      }),
    );
  }

  /** What is acknowledged is in the region servers' logs: nothing is held back here. */
  async sync(): Promise<void> {}

  segments(): Promise<readonly Segment[]> {
    return this.#tables.list();
  }

  /** What its writers have put, in bytes, before copies and what the engine adds; replaced values count twice. */
  async size(segment: Segment): Promise<ByteCount> {
    const byteCount = await this.#reading(segment, async (rows) => {
      let sum = 0;
      for await (const page of rows.scan(WRITER_ROWS, 'ascending', true)) {
        for (const { data } of page) sum += data.readDoubleBE(0);
      }
      return sum;
    });
    return byteCount ?? 0;
  }

  drop(segment: Segment): Promise<void> {
    return this.#tables.drop(this.#tables.nameOf(segment));
  }

  async readProperty(name: string): Promise<Uint8Array | undefined> {
    let value: Buffer | undefined;
    await this.#orNothing(() =>
      this.#properties.get([propertyRow(name)], (_, data) => {
        value = data;
      }),
    );
    return value;
  }

  async writeProperty(name: string, value: Uint8Array | undefined): Promise<void> {
    const row = propertyRow(name);
    if (value === undefined) await this.#orNothing(() => this.#properties.remove(row));
    else await this.#writing(this.#tables.properties, () => this.#properties.put([{ row, data: value }]));
  }

  async properties(prefix: string): Promise<readonly string[]> {
    const names: string[] = [];
    const from = propertyRow(prefix);
    await this.#orNothing(async () => {
      for await (const page of this.#properties.scan({ from, to: `${from}~` }, 'ascending', false)) {
        names.push(...page.map(({ row }) => Buffer.from(row.toString('latin1', 1), 'hex').toString()));
      }
    });
    return names;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #putAll(table: HbaseTable, entries: readonly DataEntry[]): Promise<void> {
    const rows = new TableRows(this.#client, table.name);
    const cells: RowCell[] = [];
    for (const { key, value } of entries) {
      const data = value.length <= MAX_WHOLE_BYTES ? encodeWhole(value) : await writePieces(rows, value);
      cells.push({ row: blockRow(key, table.shards), data });
      table.writtenBytes += key.length + value.length;
    }
    const total = Buffer.alloc(8);
    total.writeDoubleBE(table.writtenBytes);
    // The total is written, not added: putting it twice changes nothing.
    await rows.put([...cells, { row: writerRow(this.#writer), data: total }]);
  }

  async *#rows(range: KeyRange, withValues: boolean): AsyncGenerator<readonly StoredRow[]> {
    const name = this.#tables.nameOf(range.segment);
    const table = await this.#tables.find(name);
    if (table === undefined) return;
    const rows = new TableRows(this.#client, name);
    const pageRows = new PageRows(range.pageEntries ?? DEFAULT_PAGE_ENTRIES);
    const streams = Array.from({ length: table.shards }, (_, shard) =>
      readAhead(toStored(rows.scan(shardRows(shard, range.from, range.to), range.order, withValues, pageRows))),
    );
    try {
      yield* mergeShards(streams, range.order === 'descending');
    } catch (error) {
      if (!(error instanceof MissingTableError)) throw error;
      this.#tables.forget(name);
    }
  }

  async #writing(name: string, work: (table: HbaseTable) => Promise<void>): Promise<void> {
    for (let drops = 0; drops < MAX_DROPS; drops++) {
      const table = await this.#tables.obtain(name);
      try {
        return await work(table);
      } catch (error) {
        if (!(error instanceof MissingTableError)) throw error;
        this.#tables.forget(name);
      }
    }
    throw clusterError('CLUSTER_SCHEMA', `table ${name} is dropped as often as it is made`);
  }

  /** @returns undefined where there is no such segment */
  async #reading<T>(
    segment: Segment,
    work: (rows: TableRows, table: HbaseTable) => Promise<T>,
  ): Promise<T | undefined> {
    const name = this.#tables.nameOf(segment);
    const table = await this.#tables.find(name);
    if (table === undefined) return undefined;
    const result = await this.#orNothing(() => work(new TableRows(this.#client, name), table));
    if (result === undefined) this.#tables.forget(name);
    return result;
  }

  async #orNothing<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof MissingTableError) return undefined;
      throw error;
    }
  }
}

async function* toStored(
  pages: AsyncIterable<readonly { readonly row: Buffer; readonly data: Buffer }[]>,
): AsyncGenerator<readonly StoredRow[]> {
  for await (const page of pages) yield page.map(({ row, data }) => ({ key: keyOfRow(row), stored: data }));
}

async function writePieces(rows: TableRows, value: Uint8Array): Promise<Buffer> {
  const reference = referenceFor(randomBytes(16), value);
  const pieces = Array.from({ length: reference.pieces }, (_, piece) => piece);
  await eachBounded(pieces, PIECES_AT_ONCE, (piece) =>
    rows.put([{ row: pieceRow(reference.id, piece), data: pieceOf(value, piece) }]),
  );
  return encodeReference(reference);
}

async function readPieces(rows: TableRows, { id, pieces, byteCount }: PieceReference): Promise<Buffer | undefined> {
  const value = Buffer.allocUnsafe(byteCount);
  let found = 0;
  const numbers = Array.from({ length: pieces }, (_, piece) => piece);
  await eachBounded(numbers, PIECES_AT_ONCE, (piece) =>
    rows.get([pieceRow(id, piece)], (_, data) => {
      found += data.copy(value, piece * PIECE_BYTES);
    }),
  );
  return found === byteCount ? value : undefined;
}

/** Rows of properties: a letter, so that none is empty, and the name in hexadecimal digits. */
function propertyRow(name: string): string {
  return `n${toHex(Buffer.from(name))}`;
}
