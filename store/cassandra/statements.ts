/**
 * What is kept in Cassandra, and the statements that keep and read it. A keyspace holds
 *
 *     segments     (area, segment) → table, shards       one row a segment; written by compare-and-set
 *     properties   (area, name) → value
 *     b_TIME_ID    a table a segment: dropping it is dropping the segment
 *
 *     partition (bucket, shard)                    rows
 *     ----------------------------------------     -------------------------------------
 *     bucket of a key, 0 … shards - 1              rest of the key → value, see cluster/stored-value.ts
 *     id and stretch of a large value, -1          number of a piece → piece
 *     empty, -2                                    a writer's id → bytes it has written, f64
 *     empty, -3 - shard                            bucket → empty: the directory, which buckets a shard holds
 *
 * The directory is written before a bucket's first block, so that a scan of it, in order, misses nothing.
 * Blocks are compressed already: the tables are not. A table's id is in its row, so that writers who make it at the
 * same time make the same one; a segment that is dropped and put again gets a new one, with a name of its own.
 */

import type { Segment } from '../../core/index.ts';
import { segmentStart } from '../../core/index.ts';

export const PIECES_SHARD = -1;
export const WRITERS_SHARD = -2;
/** Pieces a partition at most: 64 MiB. */
export const PIECES_A_PARTITION = 64;

export function directoryShard(shard: number): number {
  return -3 - shard;
}

/** Cassandra takes no empty partition key: the live store's is a character that no area has. */
export function areaKey(area: string): string {
  return area === '' ? '/' : area;
}

/** @param id 32 hexadecimal digits @returns a name within Cassandra's 48 characters */
export function tableName(segment: Segment, id: string): string {
  const time = new Date(segmentStart(segment) / 1000)
    .toISOString()
    .replace(/[-:]|\.\d+/g, '')
    .toLowerCase();
  return `b_${time}_${id.slice(0, 16)}`;
}

const TABLE_NAME = /^b_\d{8}t\d{6}z_[0-9a-f]{16}$/;

export function isTableName(name: string): boolean {
  return TABLE_NAME.test(name);
}

/** Statements of a keyspace. */
export function keyspaceStatements(keyspace: string) {
  return {
    create: (dataCenter: string, copies: number) =>
      `CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', '${dataCenter.replaceAll("'", "''")}': ${copies}}`,
    tables: [
      `CREATE TABLE IF NOT EXISTS ${keyspace}.segments (area text, segment text, table_id text, shards int, PRIMARY KEY (area, segment))`,
      `CREATE TABLE IF NOT EXISTS ${keyspace}.properties (area text, name text, value blob, PRIMARY KEY (area, name))`,
    ],
    listTables: 'SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?',
    listAllSegments: `SELECT segment, table_id FROM ${keyspace}.segments`,
    listSegments: `SELECT segment FROM ${keyspace}.segments WHERE area = ?`,
    findSegment: `SELECT table_id, shards FROM ${keyspace}.segments WHERE area = ? AND segment = ?`,
    addSegment: `INSERT INTO ${keyspace}.segments (area, segment, table_id, shards) VALUES (?, ?, ?, ?) IF NOT EXISTS`,
    removeSegment: `DELETE FROM ${keyspace}.segments WHERE area = ? AND segment = ? IF EXISTS`,
    dropTable: (table: string) => `DROP TABLE IF EXISTS ${keyspace}.${table}`,
    readProperty: `SELECT value FROM ${keyspace}.properties WHERE area = ? AND name = ?`,
    writeProperty: `INSERT INTO ${keyspace}.properties (area, name, value) VALUES (?, ?, ?)`,
    removeProperty: `DELETE FROM ${keyspace}.properties WHERE area = ? AND name = ?`,
    listProperties: `SELECT name FROM ${keyspace}.properties WHERE area = ? AND name >= ?`,
  };
}

export type KeyspaceStatements = ReturnType<typeof keyspaceStatements>;

/** Statements of a segment's table. @param id 32 hexadecimal digits */
export function tableStatements(keyspace: string, table: string, id: string) {
  const name = `${keyspace}.${table}`;
  const uuid = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const partition = 'bucket = ? AND shard = ?';
  const range = (columns: string, bounded: boolean, descending: boolean): string =>
    `SELECT ${columns} FROM ${name} WHERE ${partition} AND rest >= ?${bounded ? ' AND rest < ?' : ''}${descending ? ' ORDER BY rest DESC' : ''}`;
  return {
    create: `CREATE TABLE IF NOT EXISTS ${name} (bucket blob, shard smallint, rest blob, value blob, PRIMARY KEY ((bucket, shard), rest)) WITH ID = ${uuid} AND compression = {'enabled': false}`,
    put: `INSERT INTO ${name} (bucket, shard, rest, value) VALUES (?, ?, ?, ?)`,
    get: `SELECT rest, value FROM ${name} WHERE ${partition} AND rest = ?`,
    getSome: `SELECT rest, value FROM ${name} WHERE ${partition} AND rest IN ?`,
    all: `SELECT rest, value FROM ${name} WHERE ${partition}`,
    keys: (bounded: boolean, descending: boolean) => range('rest', bounded, descending),
    entries: (bounded: boolean, descending: boolean) => range('rest, value', bounded, descending),
  };
}

export type TableStatements = ReturnType<typeof tableStatements>;
