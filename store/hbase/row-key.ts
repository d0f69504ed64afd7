/**
 * Rows of a segment's table. Hexadecimal text keeps the order of bytes, and passes every gateway unharmed: a URL of
 * HBase's REST takes no other bytes, and `/`, `,` and `*` mean something there.
 *
 *     shard  u8     key …                       a block
 *     'p'           id 16 bytes     piece u32   a piece of a large value
 *     's'           writer's id                 bytes it has put, f64
 *
 * All of it but the letters is hexadecimal; shards stay below 0x40, so that blocks come first.
 */
import { shardOf } from '../cluster/shard-of.ts';

export function blockRow(key: Uint8Array, shards: number): string {
  return shardPrefix(shardOf(key, shards)) + toHex(key);
}

/** @returns the key that a block's row was made of */
export function keyOfRow(row: Buffer): Buffer {
  return Buffer.from(row.toString('latin1', 2), 'hex');
}

export function pieceRow(id: Buffer, piece: number): string {
  return `p${toHex(id)}${piece.toString(16).padStart(8, '0')}`;
}

export function writerRow(writer: Buffer): string {
  return `s${toHex(writer)}`;
}

/** Rows from the first, inclusive, to the last, exclusive. */
export interface RowRange {
  readonly from: string;
  readonly to: string;
}

export const WRITER_ROWS: RowRange = { from: 's', to: 't' };

/** Rows of one shard that hold the keys of a range. */
export function shardRows(shard: number, from: Uint8Array | undefined, to: Uint8Array | undefined): RowRange {
  const prefix = shardPrefix(shard);
  return {
    from: prefix + toHex(from ?? new Uint8Array(0)),
    to: to === undefined ? shardPrefix(shard + 1) : prefix + toHex(to),
  };
}

/** @returns a text behind a row and before all that may follow it */
export function rowBehind(row: string): string {
  return `${row}!`;
}

/** @returns a text before a row and behind all that may stand before it; `~` is behind all digits */
export function rowBefore(row: string): string {
  return `${row.slice(0, -1)}${String.fromCharCode(row.charCodeAt(row.length - 1) - 1)}~`;
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function shardPrefix(shard: number): string {
  return shard.toString(16).padStart(2, '0');
}
