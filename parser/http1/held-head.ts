/** The beginning of a head whose end has not come yet, and where and when it began. */
import type { Micros, StreamOffset } from '../../core/index.ts';
import type { Slab } from '../message/slab.ts';
import { HeadBuffer } from './head-buffer.ts';

export class HeldHead extends HeadBuffer {
  offset: StreamOffset = 0;
  at: Micros = 0;

  /** @param slab memory for heads of usual length: a piece of a block takes half the room of memory of its own */
  constructor(slab: Slab) {
    super(slab.take(FIRST_CAPACITY));
  }

  begin(offset: StreamOffset, at: Micros): this {
    this.clear();
    this.offset = offset;
    this.at = at;
    return this;
  }
}

/** Small, since each of a hundred thousand flows may wait in the middle of a head. */
const FIRST_CAPACITY = 256;
