/** What all readers of one parser share. */
import type { Account, ByteCount } from '../../core/index.ts';
import type { KeptBytes } from '../message/kept-bytes.ts';
import { Slab } from '../message/slab.ts';
import { Spare } from '../message/spare.ts';
import type { ParserContext } from '../parser-context.ts';
import { HeldHead } from './held-head.ts';
import { OpenMessage } from './open-message.ts';

export class ReaderDeps {
  readonly maxHeadBytes: ByteCount;
  readonly #bytes: Account;
  /** Absent where message bytes are counted and not kept. */
  readonly #slab: Slab | undefined;
  readonly #maxBodyBytes: ByteCount;
  readonly #spareMessage = new Spare<OpenMessage>();
  readonly #spareHead = new Spare<HeldHead>();
  /** Memory for held heads. */
  readonly #headSlab = new Slab();

  constructor({ bytes, slab, options }: ParserContext) {
    this.maxHeadBytes = options.maxHeadBytes;
    this.#bytes = bytes;
    this.#slab = options.countOnly ? undefined : slab;
    this.#maxBodyBytes = options.maxBodyBytes;
  }

  /** A message to begin, of any flow. @param kept what its flow keeps */
  takeMessage(kept: KeptBytes): OpenMessage {
    return this.#spareMessage.take() ?? new OpenMessage(this.#bytes, this.#slab, kept, this.#maxBodyBytes);
  }

  giveBackMessage(message: OpenMessage): void {
    this.#spareMessage.giveBack(message);
  }

  takeHead(): HeldHead {
    return this.#spareHead.take() ?? new HeldHead(this.#headSlab);
  }

  giveBackHead(head: HeldHead): void {
    this.#spareHead.giveBack(head);
  }
}
