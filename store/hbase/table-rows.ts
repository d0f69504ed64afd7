/** Rows of one HBase table through the gateway: ranges page by page, some by name, and puts. */
import type { ByteCount, KeyRange } from '../../core/index.ts';
import { clusterError } from '../cluster/cluster-error.ts';
import { eachBounded } from '../cluster/each-bounded.ts';
import { PageRows } from '../cluster/page-rows.ts';
import { DEFAULT_PAGE_ENTRIES } from '../cluster/stored-pages.ts';
import { decodeCellSet, decodeScan, encodeCellSet, FAMILY, type ReadRow, type RowCell } from './cell-set.ts';
import type { HbaseClient } from './hbase-client.ts';
import { type RowRange, rowBefore, rowBehind } from './row-key.ts';

const PUTS_AT_ONCE = 6;
const GETS_AT_ONCE = 8;
/** A put of this size keeps a gateway busy some 40 ms. */
const PUT_BYTES: ByteCount = 1024 * 1024;
const PUT_ROWS = 1000;
/** Rows a request at most; names of 46 characters stay below the 8 KiB that gateways take as a URL, values below 32 MiB. */
const ROWS_A_GET = 32;
const URL_CHARACTERS = 4096;
const KEYS_ONLY = `&filter=${encodeURIComponent('KeyOnlyFilter()')}`;

export class TableRows {
  readonly #client: HbaseClient;
  readonly #table: string;

  constructor(client: HbaseClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** Each page is a request of its own: the gateway holds nothing for us, and any gateway may answer the next. */
  async *scan(
    range: RowRange,
    order: KeyRange['order'],
    withValues: boolean,
    pageRows: PageRows = new PageRows(DEFAULT_PAGE_ENTRIES),
  ): AsyncGenerator<readonly ReadRow[]> {
    const descending = order === 'descending';
    let start = descending ? rowBefore(range.to) : range.from;
    const end = descending ? rowBefore(range.from) : range.to;
    while (descending ? start > end : start < end) {
      const limit = pageRows.next;
      const query = `limit=${limit}&column=${FAMILY}&startrow=${encodeURIComponent(start)}&endrow=${encodeURIComponent(end)}`;
      const rows = await this.#page(`*?${query}${descending ? '&reversed=true' : ''}${withValues ? '' : KEYS_ONLY}`);
      pageRows.learn(
        rows.length,
        rows.reduce((sum, { row, data }) => sum + row.length + data.length, 0),
      );
      const last = rows.at(-1)?.row.toString('latin1');
      if (last === undefined) return;
      yield rows;
      if (rows.length < limit) return;
      start = descending ? rowBefore(last) : rowBehind(last);
    }
  }

  /** @param take called once a row that is there */
  async get(names: readonly string[], take: (name: string, data: Buffer) => void): Promise<void> {
    const requests: string[] = [];
    let [query, count] = ['', 0];
    for (const name of names) {
      const escaped = `row=${encodeURIComponent(name)}`;
      if (count === ROWS_A_GET || (count > 0 && query.length + escaped.length >= URL_CHARACTERS)) {
        requests.push(query);
        [query, count] = ['', 0];
      }
      query += count++ === 0 ? escaped : `&${escaped}`;
    }
    if (count > 0) requests.push(query);
    await eachBounded(requests, GETS_AT_ONCE, async (each) => {
      const bytes = await this.#ask(`multiget?${each}`);
      for (const { row, data } of this.#checked(bytes === undefined ? [] : decodeCellSet(bytes))) {
        take(row.toString('latin1'), data);
      }
    });
  }

  async put(cells: readonly RowCell[]): Promise<void> {
    const requests: RowCell[][] = [];
    let byteCount = 0;
    for (const cell of cells) {
      const open = requests.at(-1);
      if (open === undefined || byteCount + cell.data.length > PUT_BYTES || open.length === PUT_ROWS) {
        requests.push([cell]);
        byteCount = 0;
      } else open.push(cell);
      byteCount += cell.data.length;
    }
    await eachBounded(requests, PUTS_AT_ONCE, async (each) => {
      const body = { type: 'application/x-protobuf', bytes: encodeCellSet(each) } as const;
      // The row of the URL is not looked at where the body has rows.
      await this.#client.ask({ method: 'PUT', table: this.#table, resource: 'rows', body });
    });
  }

  async remove(name: string): Promise<void> {
    await this.#client.ask({ method: 'DELETE', table: this.#table, resource: encodeURIComponent(name) });
  }

  async #page(resource: string): Promise<readonly ReadRow[]> {
    const bytes = await this.#ask(resource);
    return this.#checked(bytes === undefined ? [] : decodeScan(bytes));
  }

  #ask(resource: string): Promise<Buffer | undefined> {
    return this.#client.ask({ method: 'GET', table: this.#table, resource, accept: 'application/x-protobuf' });
  }

  #checked(rows: readonly ReadRow[] | undefined): readonly ReadRow[] {
    if (rows !== undefined) return rows;
    const hint = 'gateways of HBase 2.4 to 2.6 are known to answer as expected; check that the address is one';
    throw clusterError('CLUSTER_SCHEMA', `the gateway answers for ${this.#table} what are no rows`, undefined, hint);
  }
}
