/**
 * Numbers of blocks: who wrote it, and which of its blocks it is.
 *
 *     +--------+--------------------+
 *     | writer | n                  |   48 bits; writer 0 is the owner of an embedded store
 *     | u16    | u32, from 1        |
 *     +--------+--------------------+
 */

const BLOCKS_A_WRITER = 2 ** 32;
export const MAX_WRITER_NUMBER = 0xffff;

export function writerOf(sequence: number): number {
  return Math.floor(sequence / BLOCKS_A_WRITER);
}

/** Number in front of a writer's first block. */
export function sequenceBefore(writer: number): number {
  return writer * BLOCKS_A_WRITER;
}
