/**
 * What became of the bytes and exchanges of a flow, or of several together:
 *
 *   bytes = in messages + gap(reason) + discarded(reason) + held
 */
import type { ByteCount, CloseReason, Direction, Exchange, Message, StreamChunk } from '../../core/index.ts';
import { OutcomeCounts, type OutcomeReport } from './outcome-counts.ts';
import { Tally } from './tally.ts';

export interface DirectionReport {
  /** Seen and missing. */
  readonly bytes: ByteCount;
  readonly inMessages: ByteCount;
  readonly gap: Readonly<Record<string, ByteCount>>;
  readonly discarded: Readonly<Record<string, ByteCount>>;
  /** Of one flow: how the direction ended; empty where it did not. */
  readonly closed: string;
}

export interface FlowSumsReport {
  readonly clientToServer: DirectionReport;
  readonly serverToClient: DirectionReport;
  readonly exchanges: OutcomeReport;
  /** Why exchanges are lone or broken. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Bytes that are in no place yet; 0 once the flow ended. */
  readonly held: ByteCount;
  readonly balanced: boolean;
}

class DirectionSums {
  seenBytes: ByteCount = 0;
  messageBytes: ByteCount = 0;
  closed: CloseReason | '' = '';
  readonly gap = new Tally();
  readonly discarded = new Tally();

  addAll(other: DirectionSums): void {
    this.seenBytes += other.seenBytes;
    this.messageBytes += other.messageBytes;
    this.gap.addAll(other.gap);
    this.discarded.addAll(other.discarded);
  }

  get heldBytes(): ByteCount {
    return this.seenBytes - this.messageBytes - this.discarded.total;
  }

  report(): DirectionReport {
    return {
      bytes: this.seenBytes + this.gap.total,
      inMessages: this.messageBytes,
      gap: this.gap.report(),
      discarded: this.discarded.report(),
      closed: this.closed,
    };
  }
}

export class FlowSums {
  readonly #directions: readonly [DirectionSums, DirectionSums] = [new DirectionSums(), new DirectionSums()];
  readonly #outcomes = new OutcomeCounts();
  readonly #reasons = new Tally();
  #messagesMerged = false;

  chunk(chunk: StreamChunk): void {
    switch (chunk.kind) {
      case 'open':
        break;
      case 'data':
        this.#directions[chunk.direction].seenBytes += chunk.bytes.length;
        break;
      case 'gap':
        this.#directions[chunk.direction].gap.add(chunk.reason, chunk.byteCount);
        break;
      case 'close':
        if (this.#directions[chunk.direction].closed === '') this.#directions[chunk.direction].closed = chunk.reason;
        break;
      default:
        chunk satisfies never;
    }
  }

  discarded(direction: Direction, byteCount: ByteCount, reason: string): void {
    this.#directions[direction].discarded.add(reason, byteCount);
  }

  /** Both directions ended. */
  get ended(): boolean {
    return this.#directions[0].closed !== '' && this.#directions[1].closed !== '';
  }

  /** @param clientDirection direction of these sums in which the exchange's client speaks */
  exchange(exchange: Exchange, clientDirection: Direction): void {
    this.#outcomes.add(exchange);
    if (exchange.reason !== '') this.#reasons.add(exchange.reason);
    const toClient = this.#directions[(1 - clientDirection) as Direction];
    this.#directions[clientDirection].messageBytes += seenBytesOf(exchange.request);
    toClient.messageBytes += seenBytesOf(exchange.response);
    for (const answer of exchange.interim) toClient.messageBytes += seenBytesOf(answer);
  }

  /**
   * The flow was seen at two places and its exchanges come out once: what is not discarded is in messages, though not all
   * of them came out.
   */
  mergeMessages(): void {
    this.#messagesMerged = true;
  }

  /** Nothing of it is missing, set aside or alone. */
  get whole(): boolean {
    const [one, other] = this.#directions;
    return one.gap.total + other.gap.total + one.discarded.total + other.discarded.total === 0 && this.#outcomes.whole;
  }

  get byteCount(): ByteCount {
    return this.#directions[0].seenBytes + this.#directions[1].seenBytes;
  }

  /** The reason with most discarded bytes; empty where there is none. */
  get discardReasons(): Readonly<Record<string, number>> {
    const both = new Tally();
    for (const { discarded } of this.#directions) both.addAll(discarded);
    return both.report();
  }

  addAll(other: FlowSums): void {
    other.#settleMerged();
    this.#directions[0].addAll(other.#directions[0]);
    this.#directions[1].addAll(other.#directions[1]);
    this.#outcomes.addAll(other.#outcomes);
    this.#reasons.addAll(other.#reasons);
  }

  report(): FlowSumsReport {
    this.#settleMerged();
    const [toServer, toClient] = this.#directions;
    const held = toServer.heldBytes + toClient.heldBytes;
    return {
      clientToServer: toServer.report(),
      serverToClient: toClient.report(),
      exchanges: this.#outcomes.report(),
      reasons: this.#reasons.report(),
      held,
      balanced: held === 0,
    };
  }

  #settleMerged(): void {
    if (!this.#messagesMerged) return;
    for (const direction of this.#directions) direction.messageBytes = direction.seenBytes - direction.discarded.total;
  }
}

function seenBytesOf(message: Message | undefined): ByteCount {
  if (message === undefined) return 0;
  let byteCount = message.byteCount;
  for (const range of message.missing) byteCount -= range.byteCount;
  return byteCount;
}
