/**
 * A flow of which it is not known yet what it speaks.
 *
 *   a direction's first bytes ──▶ sure ────────────▶ decided
 *                             ──▶ likely, unknown ─▶ the other side is heard, up to a bound of bytes and time
 *                             ──▶ a prelude ───────▶ passed over, and detection begins behind it
 *
 * Where the beginning was not seen, only what is sure counts, or likely of both sides: other bytes are discarded as
 * `mid-stream`, and the next chunk is tried. Where it was lost in a gap they are kept in order (`gapped-opening.ts`), and
 * handed over with the gap. A hint, the protocol that the config names for a service, decides wherever bytes are not sure.
 */
import type { ByteCount, Direction, Micros, StreamOffset } from '../../core/index.ts';
import { KeptBytes, type KeptTotal } from '../message/kept-bytes.ts';
import type { ServiceProtocol } from '../options.ts';
import type { ProtocolFlow } from '../protocol-flow.ts';
import { judgeFirstBytes } from './first-bytes.ts';
import { GappedOpening, MAX_OPENING_BYTES, type OpeningPart } from './gapped-opening.ts';
import { type HeldChunk, HeldChunks } from './held-chunks.ts';
import { type Prelude, preludeOf } from './prelude.ts';
import { MAX_UNDECIDED_BYTES, UNKNOWN, type Verdict } from './verdict.ts';

/** Bytes that tell nothing wait so long for the other side; the beginning of a line waits for its end. */
const MAX_WAIT_MICROS: Micros = 10_000_000;

/** Whose flow it is: told the decision, and of bytes that are given up before it. Directions are this flow's. */
export interface DetectionHost {
  /**
   * @param protocol as in a verdict; `empty` where nothing was said, `undecided` where too little was seen
   * @param sender who said so
   * @param held what has to be read now, in order; the last one's bytes are borrowed
   */
  decided(protocol: string, sender: Direction, held: readonly OpeningPart[]): void;
  discard(direction: Direction, offset: StreamOffset, byteCount: ByteCount, reason: string): void;
  /** Whether the side can have said so, for all that is known of who is the client. */
  maySay(protocol: string, sender: Direction): boolean;
  /** A prelude was passed over. @param client whom the proxy named, or empty */
  preluded(protocol: string, client: string): void;
}

export class UndecidedFlow implements ProtocolFlow {
  readonly #host: DetectionHost;
  readonly #hint: ServiceProtocol | '';
  readonly #kept: KeptTotal;
  #midStream: boolean;
  /** Everything seen of a flow that begins with a gap. */
  #opening: GappedOpening | undefined;
  readonly #held = new HeldChunks();
  /** What each direction told last; undefined while it has said nothing. */
  readonly #verdicts: [Verdict | undefined, Verdict | undefined] = [undefined, undefined];
  #firstSpeaker: Direction = 0;
  /** Bytes were given up without a decision. */
  #gaveUp = false;
  readonly #closed: [boolean, boolean] = [false, false];
  #prelude: Prelude | undefined;
  #preludeSender: Direction = 0;
  readonly #preludePassed: [boolean, boolean] = [true, true];

  constructor(host: DetectionHost, hint: ServiceProtocol | '', kept: KeptTotal, midStream: boolean) {
    this.#host = host;
    this.#hint = hint;
    this.#kept = kept;
    this.#midStream = midStream;
  }

  /** The beginning is missing, and no gap among what is handed over stands for it. */
  get midStream(): boolean {
    return this.#midStream && this.#opening === undefined;
  }

  push(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    if (!this.#preludePassed[direction]) this.#readPrelude(direction, bytes, offset, at);
    else this.#judge(direction, bytes, offset, at);
  }

  /** Decides by what was told so far; where nothing was, the flow is one of which the beginning was not seen. */
  gap(direction: Direction, byteCount: ByteCount, at: Micros, offset: StreamOffset): void {
    if (!this.#midStream) {
      if (this.#hasSpoken(0) || this.#hasSpoken(1)) {
        this.#decide();
        return;
      }
      this.#midStream = true;
      this.#opening = new GappedOpening(new KeptBytes(this.#kept, MAX_OPENING_BYTES));
      for (const chunk of this.#held.all) if (this.#preludePassed[chunk.direction]) this.#opening.add(chunk);
    }
    this.#preludePassed[direction] = true;
    this.#giveUp(direction);
    if (this.#opening?.add({ direction, byteCount, offset, at }) === false) this.#abandonOpening();
  }

  close(direction: Direction): void {
    this.#closed[direction] = true;
    if (!(this.#closed[0] && this.#closed[1])) this.#settle();
    else this.#end();
  }

  tick(at: Micros): void {
    const openedAt = this.#opening?.since;
    if (openedAt !== undefined && at - openedAt > MAX_WAIT_MICROS) this.#abandonOpening();
    const { since } = this.#held;
    if (since === undefined || at - since <= MAX_WAIT_MICROS || this.#midStream) return;
    if (!this.#isInDoubt(0) && !this.#isInDoubt(1)) this.#decide();
  }

  #judge(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    const isFirst = this.#held.byteCount(direction) === 0;
    const judged = judgeFirstBytes(isFirst ? bytes : this.#held.with(direction, bytes));
    // Behind a loss, what the side cannot have said is a part of what it did say.
    const verdict = this.#opening !== undefined && !this.#host.maySay(judged.protocol, direction) ? UNKNOWN : judged;
    const prelude = verdict.sure ? preludeOf(verdict.protocol) : undefined;
    if (verdict.sure && prelude === undefined) {
      this.#host.decided(verdict.protocol, direction, this.#takeHeld({ direction, bytes, offset, at }));
      return;
    }
    const isBeginning = !this.#midStream || offset === this.#held.byteCount(direction);
    if (prelude !== undefined && this.#prelude === undefined && isBeginning) {
      this.#abandonOpening();
      this.#beginPrelude(prelude, direction);
      this.#readPrelude(direction, bytes, offset, at);
      return;
    }
    if (this.#verdicts[1 - direction] === undefined) this.#firstSpeaker = direction;
    this.#verdicts[direction] = verdict;
    const chunk = this.#held.add(direction, bytes, offset, at);
    if (this.#opening?.add(chunk) === false) this.#abandonOpening();
    if (verdict.protocol === 'undecided') return;
    if (this.#hint !== '') this.#decide();
    else if (!this.#midStream) this.#settle();
    else if (this.#isTold(direction) && this.#verdicts[1 - direction] === verdict) this.#decide();
    else this.#giveUp(direction);
  }

  /** Decides when nothing more is worth waiting for. */
  #settle(): void {
    if (this.#midStream) return;
    const isFull = this.#held.byteCount(0) >= MAX_UNDECIDED_BYTES || this.#held.byteCount(1) >= MAX_UNDECIDED_BYTES;
    const saidSomething = this.#held.since !== undefined;
    if (saidSomething && (isFull || !(this.#mayTell(0) || this.#mayTell(1)))) this.#decide();
  }

  /** More bytes of the direction may decide. */
  #mayTell(direction: Direction): boolean {
    return !this.#closed[direction] && (this.#verdicts[direction] === undefined || this.#isInDoubt(direction));
  }

  /** What it said is told, were it as unknown. */
  #hasSpoken(direction: Direction): boolean {
    return this.#verdicts[direction] !== undefined && !this.#isInDoubt(direction);
  }

  /** It has said something that is not told yet, such as the beginning of a line. */
  #isInDoubt(direction: Direction): boolean {
    return this.#verdicts[direction]?.protocol === 'undecided';
  }

  /** Takes what is likely, of the side that spoke first before the other; otherwise what the hint says. */
  #decide(): void {
    const first = this.#firstSpeaker;
    const second = (1 - first) as Direction;
    const sender = this.#isTold(first) || !this.#isTold(second) ? first : second;
    const told = this.#isTold(sender) ? (this.#verdicts[sender] as Verdict) : UNKNOWN;
    if (this.#hint === '' || this.#hint === 'tcp') this.#host.decided(told.protocol, sender, this.#takeHeld());
    else this.#host.decided(this.#hint, 0, this.#takeHeld());
  }

  #isTold(direction: Direction): boolean {
    const protocol = this.#verdicts[direction]?.protocol ?? 'unknown';
    return protocol !== 'unknown' && protocol !== 'undecided';
  }

  #end(): void {
    if (this.#held.since !== undefined && (!this.#midStream || this.#hint !== '')) {
      this.#decide();
      return;
    }
    const silent = this.#held.since === undefined && !this.#gaveUp;
    this.#giveUp(0);
    this.#giveUp(1);
    this.#abandonOpening();
    this.#host.decided(silent ? 'empty' : 'undecided', 0, []);
  }

  #beginPrelude(prelude: Prelude, sender: Direction): void {
    this.#prelude = prelude;
    this.#preludeSender = sender;
    this.#verdicts[sender] = undefined;
    this.#preludePassed[0] = false;
    this.#preludePassed[1] = false;
  }

  /** Collects the direction's part of the prelude, and goes on behind it. */
  #readPrelude(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    const prelude = this.#prelude as Prelude;
    const heldBefore = this.#held.byteCount(direction);
    const all = heldBefore === 0 ? bytes : this.#held.with(direction, bytes);
    const role = direction === this.#preludeSender ? 0 : 1;
    const length = prelude.lengthOf(role, all);
    if (length === undefined && all.length < MAX_UNDECIDED_BYTES) {
      this.#held.add(direction, bytes, offset, at);
      return;
    }
    this.#preludePassed[direction] = true;
    const start = offset - heldBefore;
    this.#held.take(direction);
    if (length === undefined || length < 0) {
      this.#judge(direction, all, start, at);
      return;
    }
    if (role === 0) this.#host.preluded(prelude.protocol, prelude.clientIn(all));
    this.#host.discard(direction, start, length, `not-parsed:${prelude.protocol}`);
    if (length < all.length) this.#judge(direction, all.subarray(length), start + length, at);
  }

  #takeHeld(last?: HeldChunk): readonly OpeningPart[] {
    if (last !== undefined && this.#held.since === undefined && this.#opening === undefined) return [last];
    const held = this.#held.takeAll().filter((chunk) => !this.#isInOpening(chunk));
    const parts = this.#opening === undefined ? held : [...this.#opening.takeAll(), ...held];
    return last === undefined ? parts : [...parts, last];
  }

  /** The bytes of the direction tell nothing. */
  #giveUp(direction: Direction): void {
    this.#gaveUp = true;
    for (const chunk of this.#held.take(direction)) if (!this.#isInOpening(chunk)) this.#discard(chunk);
  }

  /** What came behind the loss is too much, or too old: from here on the flow is one of which the beginning was not seen. */
  #abandonOpening(): void {
    const parts = this.#opening?.takeAll() ?? [];
    this.#opening = undefined;
    for (const part of parts) if ('bytes' in part && !this.#held.holds(part)) this.#discard(part);
  }

  /** It is kept there, whatever it told; what may be a prelude is not. */
  #isInOpening(chunk: HeldChunk): boolean {
    return this.#opening?.holds(chunk) === true;
  }

  #discard({ direction, offset, bytes }: HeldChunk): void {
    this.#host.discard(direction, offset, bytes.length, 'mid-stream');
  }
}
