/** Walkers are needed while a message without frame is read: one at a time for nearly all flows together. */
import { BinaryWalker } from './binary-walker.ts';
import { CompactWalker } from './compact-walker.ts';
import { ENCODING } from './layers.ts';
import { BINARY_TYPE, COMPACT_TYPE } from './thrift-type.ts';

export type Walker = BinaryWalker | CompactWalker;

/** Walkers kept for the next message; more are made when more messages are cut at the same time. */
const MAX_IDLE = 16;

export class Walkers {
  readonly #binary: BinaryWalker[] = [];
  readonly #compact: CompactWalker[] = [];

  /** A walker at the beginning of a struct. @param encoding as in `ENCODING` */
  take(encoding: number): Walker {
    if (encoding === ENCODING.compact) {
      const walker = this.#compact.pop() ?? new CompactWalker();
      walker.begin(COMPACT_TYPE.struct);
      return walker;
    }
    const walker = this.#binary.pop() ?? new BinaryWalker();
    walker.begin(BINARY_TYPE.struct);
    return walker;
  }

  giveBack(walker: Walker): void {
    if (walker instanceof BinaryWalker) {
      if (this.#binary.length < MAX_IDLE) this.#binary.push(walker);
    } else if (this.#compact.length < MAX_IDLE) this.#compact.push(walker);
  }
}
