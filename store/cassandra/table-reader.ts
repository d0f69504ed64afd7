/** Reads a segment's table: rows of a range in key order, values by key, pieces of large values. */
import type { KeyRange } from '../../core/index.ts';
import { eachBounded } from '../cluster/each-bounded.ts';
import { mergeShards } from '../cluster/merge-shards.ts';
import { PageRows } from '../cluster/page-rows.ts';
import { chainAhead, readAhead } from '../cluster/read-ahead.ts';
import { shardOf } from '../cluster/shard-of.ts';
import { DEFAULT_PAGE_ENTRIES, type StoredRow } from '../cluster/stored-pages.ts';
import { PIECE_BYTES, type PieceReference } from '../cluster/stored-value.ts';
import { BucketRange, NOTHING, type RestRange, splitKey } from './bucket.ts';
import type { CassandraClient } from './cassandra-client.ts';
import type { SegmentTable } from './segment-tables.ts';
import { directoryShard, PIECES_A_PARTITION, PIECES_SHARD, WRITERS_SHARD } from './statements.ts';

/** Buckets that are read at once, each by all of its shards. */
const BUCKETS_AHEAD = 6;
const REQUESTS_AT_ONCE = 32;
const PIECES_AT_ONCE = 4;
/** Keys a request at most: at 1 MiB a value, the largest in a row, still bearable. */
const KEYS_A_REQUEST = 32;

interface Bucket {
  readonly bucket: Buffer;
  readonly shards: readonly number[];
}

interface DirectoryRow {
  readonly key: Buffer;
  readonly shard: number;
}

export class TableReader {
  readonly #client: CassandraClient;
  readonly #table: SegmentTable;

  constructor(client: CassandraClient, table: SegmentTable) {
    this.#client = client;
    this.#table = table;
  }

  /** Rows in key order, in batches; without values they are not even sent. */
  rows(range: KeyRange, withValues: boolean): AsyncIterable<readonly StoredRow[]> {
    const descending = range.order === 'descending';
    const buckets = new BucketRange(range);
    const pageRows = new PageRows(range.pageEntries ?? DEFAULT_PAGE_ENTRIES);
    return chainAhead(this.#buckets(buckets, descending), BUCKETS_AHEAD, ({ bucket, shards }) => {
      const rests = buckets.restsOf(bucket);
      const query = withValues
        ? this.#table.statements.entries(rests.to !== undefined, descending)
        : this.#table.statements.keys(rests.to !== undefined, descending);
      return mergeShards(
        shards.map((shard) => readAhead(this.#partition(query, bucket, shard, rests, pageRows))),
        descending,
      );
    });
  }

  /** @param take called with the position of the key asked for */
  async get(keys: readonly Uint8Array[], take: (position: number, stored: Buffer) => void): Promise<void> {
    const byPartition = new Map<string, { bucket: Buffer; shard: number; positions: Map<string, number[]> }[]>();
    for (const [position, key] of keys.entries()) {
      const { bucket, rest } = splitKey(key);
      const shard = shardOf(key, this.#table.shards);
      const name = `${shard} ${bucket.toString('latin1')}`;
      const requests = byPartition.get(name) ?? [];
      byPartition.set(name, requests);
      let request = requests.at(-1);
      if (request === undefined || request.positions.size >= KEYS_A_REQUEST) {
        request = { bucket, shard, positions: new Map() };
        requests.push(request);
      }
      const restText = rest.toString('latin1');
      request.positions.set(restText, [...(request.positions.get(restText) ?? []), position]);
    }
    const { get, getSome } = this.#table.statements;
    await eachBounded([...byPartition.values()].flat(), REQUESTS_AT_ONCE, async ({ bucket, shard, positions }) => {
      const rests = [...positions.keys()].map((rest) => Buffer.from(rest, 'latin1'));
      const single = rests.length === 1;
      const params = [bucket, shard, single ? rests[0] : rests];
      for (const row of await this.#client.readAll(single ? get : getSome, params)) {
        const rest = (row.get('rest') as Buffer).toString('latin1');
        for (const position of positions.get(rest) ?? []) take(position, row.get('value') as Buffer);
      }
    });
  }

  async pieces({ id, pieces, byteCount }: PieceReference): Promise<Buffer | undefined> {
    const value = Buffer.allocUnsafe(byteCount);
    let found = 0;
    await eachBounded(
      Array.from({ length: pieces }, (_, piece) => piece),
      PIECES_AT_ONCE,
      async (piece) => {
        const { bucket, rest } = placeOfPiece(id, piece);
        const [row] = await this.#client.readAll(this.#table.statements.get, [bucket, PIECES_SHARD, rest]);
        found += (row?.get('value') as Buffer | undefined)?.copy(value, piece * PIECE_BYTES) ?? 0;
      },
    );
    return found === byteCount ? value : undefined;
  }

  /** Bytes that all writers together say they have put. */
  async writtenBytes(): Promise<number> {
    const rows = await this.#client.readAll(this.#table.statements.all, [NOTHING, WRITERS_SHARD]);
    return rows.reduce((sum, row) => sum + (row.get('value') as Buffer).readDoubleBE(0), 0);
  }

  /** Buckets of a range in order, from the directories of all shards. */
  async *#buckets(range: BucketRange, descending: boolean): AsyncGenerator<Bucket> {
    const shards = Array.from({ length: this.#table.shards }, (_, shard) => shard);
    const streams = shards.map((shard) => this.#directory(range, shard, descending));
    let open: { bucket: Buffer; shards: number[] } | undefined;
    for await (const batch of mergeShards(streams, descending)) {
      for (const { key, shard } of batch) {
        if (open?.bucket.equals(key) === true) open.shards.push(shard);
        else {
          if (open !== undefined) yield open;
          open = { bucket: key, shards: [shard] };
        }
      }
    }
    if (open !== undefined) yield open;
  }

  async *#directory(range: BucketRange, shard: number, descending: boolean): AsyncGenerator<readonly DirectoryRow[]> {
    // The last bucket is taken too: what is less than itself and one zero.
    const to = range.last === undefined ? undefined : Buffer.concat([range.last, Buffer.of(0)]);
    const query = this.#table.statements.keys(to !== undefined, descending);
    const rests: RestRange = to === undefined ? { from: range.first } : { from: range.first, to };
    const rows = new PageRows(DEFAULT_PAGE_ENTRIES);
    for await (const page of this.#partition(query, NOTHING, directoryShard(shard), rests, rows)) {
      yield page.map(({ key }) => ({ key, shard }));
    }
  }

  /** Rows of one partition; their keys begin with the bucket. */
  async *#partition(
    query: string,
    bucket: Buffer,
    shard: number,
    rests: RestRange,
    pageRows: PageRows,
  ): AsyncGenerator<readonly StoredRow[]> {
    const params = [bucket, shard, rests.from, ...(rests.to === undefined ? [] : [rests.to])];
    let pageState: string | undefined;
    do {
      const page = await this.#client.read(query, params, { rows: pageRows.next, pageState });
      const rows: StoredRow[] = [];
      let byteCount = 0;
      for (const row of page.rows) {
        const rest = row.get('rest') as Buffer;
        const stored = (row.get('value') as Buffer | undefined) ?? NOTHING;
        byteCount += rest.length + stored.length;
        rows.push({ key: bucket.length === 0 ? rest : Buffer.concat([bucket, rest]), stored });
      }
      pageRows.learn(rows.length, byteCount);
      pageState = page.pageState;
      if (rows.length > 0) yield rows;
    } while (pageState !== undefined);
  }
}

/** Stretches of pieces are partitions: the id and which stretch, then the piece. */
export function placeOfPiece(id: Buffer, piece: number): { readonly bucket: Buffer; readonly rest: Buffer } {
  const bucket = Buffer.alloc(id.length + 2);
  id.copy(bucket);
  bucket.writeUInt16BE(Math.floor(piece / PIECES_A_PARTITION), id.length);
  const rest = Buffer.alloc(4);
  rest.writeUInt32BE(piece);
  return { bucket, rest };
}
