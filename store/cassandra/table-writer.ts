/** Writes entries to a segment's table: directory, pieces of large values, then rows, a batch a partition. */
import { randomBytes } from 'node:crypto';
import type { ByteCount, DataEntry } from '../../core/index.ts';
import { eachBounded } from '../cluster/each-bounded.ts';
import { shardOf } from '../cluster/shard-of.ts';
import { encodeReference, encodeWhole, MAX_WHOLE_BYTES, pieceOf, referenceFor } from '../cluster/stored-value.ts';
import { NOTHING, splitKey } from './bucket.ts';
import type { CassandraClient, Statement } from './cassandra-client.ts';
import type { SegmentTable } from './segment-tables.ts';
import { directoryShard, PIECES_SHARD, WRITERS_SHARD } from './statements.ts';
import { placeOfPiece } from './table-reader.ts';

const REQUESTS_AT_ONCE = 32;
const PIECES_AT_ONCE = 4;
/** Bytes that end a batch: a part of what a node takes as one mutation, large enough to save most of the round trips. */
const BATCH_BYTES: ByteCount = 256 * 1024;
const BATCH_ENTRIES = 100;
/** Buckets remembered as listed; an older one is listed again, which changes nothing. */
const MAX_LISTED = 64 * 1024;

interface Batch {
  readonly statements: Statement[];
  byteCount: number;
}

export class TableWriter {
  readonly #client: CassandraClient;
  /** Names this process in the tables' count of bytes. */
  readonly #writer: Buffer;

  constructor(client: CassandraClient, writer: Buffer) {
    this.#client = client;
    this.#writer = writer;
  }

  /** @returns when all of them are acknowledged; a failure may leave some of them written */
  async put(table: SegmentTable, entries: readonly DataEntry[]): Promise<void> {
    const batches = new Map<string, Batch[]>();
    const unlisted = new Map<string, { readonly bucket: Buffer; readonly shard: number }>();
    let byteCount = 0;
    for (const entry of entries) {
      const { bucket, rest } = splitKey(entry.key);
      const shard = shardOf(entry.key, table.shards);
      const partition = `${shard} ${bucket.toString('latin1')}`;
      if (!table.listed.has(partition)) unlisted.set(partition, { bucket, shard });
      const stored = await this.#stored(table, entry.value);
      add(batches, partition, { query: table.statements.put, params: [bucket, shard, rest, stored] }, stored.length);
      byteCount += entry.key.length + entry.value.length;
    }
    await eachBounded([...unlisted], REQUESTS_AT_ONCE, async ([partition, { bucket, shard }]) => {
      const params = [NOTHING, directoryShard(shard), bucket, NOTHING];
      await this.#client.write([{ query: table.statements.put, params }]);
      if (table.listed.size >= MAX_LISTED) table.listed.clear();
      table.listed.add(partition);
    });
    await eachBounded([...batches.values()].flat(), REQUESTS_AT_ONCE, ({ statements }) =>
      this.#client.write(statements),
    );
    await this.#count(table, byteCount);
  }

  async #stored(table: SegmentTable, value: Uint8Array): Promise<Buffer> {
    if (value.length <= MAX_WHOLE_BYTES) return encodeWhole(value);
    const reference = referenceFor(randomBytes(16), value);
    const pieces = Array.from({ length: reference.pieces }, (_, piece) => piece);
    await eachBounded(pieces, PIECES_AT_ONCE, (piece) => {
      const { bucket, rest } = placeOfPiece(reference.id, piece);
      const bytes = pieceOf(value, piece);
      const params = [bucket, PIECES_SHARD, rest, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)];
      return this.#client.write([{ query: table.statements.put, params }]);
    });
    return encodeReference(reference);
  }

  /** The total is written, not added: putting it twice changes nothing. */
  #count(table: SegmentTable, byteCount: ByteCount): Promise<void> {
    table.writtenBytes += byteCount;
    const total = Buffer.alloc(8);
    total.writeDoubleBE(table.writtenBytes);
    return this.#client.write([{ query: table.statements.put, params: [NOTHING, WRITERS_SHARD, this.#writer, total] }]);
  }
}

function add(batches: Map<string, Batch[]>, partition: string, statement: Statement, byteCount: ByteCount): void {
  const all = batches.get(partition) ?? [];
  batches.set(partition, all);
  let batch = all.at(-1);
  if (batch === undefined || batch.byteCount + byteCount > BATCH_BYTES || batch.statements.length >= BATCH_ENTRIES) {
    batch = { statements: [], byteCount: 0 };
    all.push(batch);
  }
  batch.statements.push(statement);
  batch.byteCount += byteCount;
}
