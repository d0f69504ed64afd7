/** Bytes of a message's parts overwritten at equal length, with copies of the parts that change. */
import type { Message } from '../../core/index.ts';
import { Slab } from '../message/slab.ts';

const slab = new Slab();

export class PartWriter {
  readonly #parts: Uint8Array[];
  readonly #copied: boolean[];

  constructor({ parts }: Message) {
    this.#parts = [...parts];
    this.#copied = parts.map(() => false);
  }

  get parts(): readonly Uint8Array[] {
    return this.#parts;
  }

  /** @param at position among the kept bytes @param bytes what stands there then; a number fills all of it */
  write(at: number, byteCount: number, bytes: Uint8Array | number): void {
    let partAt = 0;
    for (let i = 0; i < this.#parts.length && partAt < at + byteCount; i++) {
      const part = this.#parts[i] as Uint8Array;
      const from = Math.max(at, partAt);
      const until = Math.min(at + byteCount, partAt + part.length);
      if (until > from) {
        const copy = this.#own(i);
        if (typeof bytes === 'number') copy.fill(bytes, from - partAt, until - partAt);
        else copy.set(bytes.subarray(from - at, until - at), from - partAt);
      }
      partAt += part.length;
    }
  }

  #own(index: number): Uint8Array {
    const part = this.#parts[index] as Uint8Array;
    if (this.#copied[index] === true) return part;
    const copy = slab.take(part.length);
    copy.set(part);
    this.#parts[index] = copy;
    this.#copied[index] = true;
    return copy;
  }
}
