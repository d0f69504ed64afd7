/** One input of the fuzzer: the packets of a capture, as they would come from a source. */
import type { Packet } from '../../core/index.ts';

export interface FuzzInput {
  /** What it was made from and how, for the report of a failure. */
  readonly name: string;
  readonly packets: readonly Packet[];
}

/** Numbers in [0, 1) that a seed determines. */
export type Random = () => number;

/** An integer in [0, below). */
export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

export function oneOf<T>(random: Random, values: readonly T[]): T {
  return values[below(random, values.length)] as T;
}
