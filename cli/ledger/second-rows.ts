/**
 * What a run took in and gave out, second by second of capture time. An exchange counts in the second in which it began.
 *
 * Bounded: when there are too many rows each two become one of twice the length, so that nothing is left out.
 */
import { type ByteCount, type Exchange, formatIsoTime, type Micros } from '../../core/index.ts';
import { OutcomeCounts, type OutcomeReport } from './outcome-counts.ts';
import { Tally } from './tally.ts';

export interface SecondReport {
  /** Where the row begins. */
  readonly at: string;
  /** packets = decoded + fragments + ignored(reason) */
  readonly packets: number;
  readonly decoded: number;
  /** Packets that waited for the rest of their datagram; the account counts them as decoded where it came. */
  readonly fragments: number;
  readonly ignored: Readonly<Record<string, number>>;
  /** Seen and missing ones. */
  readonly streamBytes: ByteCount;
  readonly gapBytes: ByteCount;
  readonly exchanges: OutcomeReport;
}

export interface SecondRowsReport {
  readonly secondsPerRow: number;
  readonly seconds: readonly SecondReport[];
}

/** A day at one row a second. */
const MAX_ROWS = 86_400;

class SecondRow {
  packets = 0;
  decoded = 0;
  fragments = 0;
  seenBytes: ByteCount = 0;
  gapBytes: ByteCount = 0;
  readonly ignored = new Tally();
  readonly outcomes = new OutcomeCounts();

  addAll(other: SecondRow): void {
    this.packets += other.packets;
    this.decoded += other.decoded;
    this.fragments += other.fragments;
    this.seenBytes += other.seenBytes;
    this.gapBytes += other.gapBytes;
    this.ignored.addAll(other.ignored);
    this.outcomes.addAll(other.outcomes);
  }
}

export class SecondRows {
  readonly #maxRows: number;
  #rows = new Map<number, SecondRow>();
  #secondsPerRow = 1;
  #last: SecondRow | undefined;
  #lastFrom: Micros = 0;

  constructor(maxRows = MAX_ROWS) {
    this.#maxRows = maxRows;
  }

  /** @param fate as in `PacketTrace` */
  packet(at: Micros, fate: string): void {
    const row = this.#rowAt(at);
    row.packets++;
    if (fate === 'decoded') row.decoded++;
    else if (fate === 'held') row.fragments++;
    else row.ignored.add(fate);
  }

  seen(at: Micros, byteCount: ByteCount): void {
    this.#rowAt(at).seenBytes += byteCount;
  }

  gap(at: Micros, byteCount: ByteCount): void {
    this.#rowAt(at).gapBytes += byteCount;
  }

  exchange(exchange: Exchange): void {
    this.#rowAt(exchange.id.at).outcomes.add(exchange);
  }

  report(): SecondRowsReport {
    const sorted = [...this.#rows].sort(([one], [other]) => one - other);
    return {
      secondsPerRow: this.#secondsPerRow,
      seconds: sorted.map(([index, row]) => ({
        at: formatIsoTime(index * this.#rowMicros),
        packets: row.packets,
        decoded: row.decoded,
        fragments: row.fragments,
        ignored: row.ignored.report(),
        streamBytes: row.seenBytes + row.gapBytes,
        gapBytes: row.gapBytes,
        exchanges: row.outcomes.report(),
      })),
    };
  }

  get #rowMicros(): Micros {
    return this.#secondsPerRow * 1_000_000;
  }

  #rowAt(at: Micros): SecondRow {
    if (this.#last !== undefined && at >= this.#lastFrom && at < this.#lastFrom + this.#rowMicros) return this.#last;
    const index = Math.floor(at / this.#rowMicros);
    let row = this.#rows.get(index);
    if (row === undefined) {
      if (this.#rows.size >= this.#maxRows) {
        this.#widen();
        return this.#rowAt(at);
      }
      row = new SecondRow();
      this.#rows.set(index, row);
    }
    this.#last = row;
    this.#lastFrom = index * this.#rowMicros;
    return row;
  }

  #widen(): void {
    const rows = this.#rows;
    this.#rows = new Map();
    this.#secondsPerRow *= 2;
    this.#last = undefined;
    for (const [index, row] of rows) {
      const known = this.#rows.get(Math.floor(index / 2));
      if (known === undefined) this.#rows.set(Math.floor(index / 2), row);
      else known.addAll(row);
    }
  }
}
