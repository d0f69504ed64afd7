/** One TCP conversation made up for recorded messages: sequence numbers, segments, their times. */
import type { Direction, Endpoint, Micros } from '../../core/index.ts';
import type { MessagePiece } from './message-pieces.ts';
import { encodeTcpPacket, FLAG, MAX_SEGMENT_BYTES } from './tcp-packet.ts';

/** A segment that waits for its time; what it acknowledges is known when it leaves. */
export interface DueSegment {
  readonly connection: SyntheticConnection;
  readonly direction: Direction;
  readonly sequence: number;
  readonly flags: number;
  readonly payload: Uint8Array;
  readonly at: Micros;
  /** Sequence number behind it, SYN and FIN counted. */
  readonly next: number;
  /** Acknowledged beyond what has left the other way. */
  readonly acknowledged?: number;
  readonly comment: string;
}

/** How a conversation ends: with a FIN of both ends, with a reset, or not at all, as a capture ends that was stopped. */
export type Ending = 'fin' | 'reset' | 'none';

const NO_BYTES = new Uint8Array(0);

export class SyntheticConnection {
  readonly #ends: readonly [Endpoint, Endpoint];
  /** By direction: where its next byte goes. */
  readonly #next: [number, number];
  /** By direction: how far its segments have left. */
  readonly #left: [number, number];
  readonly #lastAt: [Micros, Micros] = [0, 0];
  /** Undefined until it was closed. */
  ending: Ending | undefined;

  /** @param sequences the initial sequence numbers of client and server */
  constructor(client: Endpoint, server: Endpoint, sequences: readonly [number, number]) {
    this.#ends = [client, server];
    this.#next = [sequences[0], sequences[1]];
    this.#left = [sequences[0], sequences[1]];
  }

  get lastAt(): Micros {
    return Math.max(...this.#lastAt);
  }

  /** The handshake, in the three µs before `at`. */
  open(at: Micros): readonly DueSegment[] {
    return [
      this.#segment(0, NO_BYTES, FLAG.syn, at - 3),
      this.#segment(1, NO_BYTES, FLAG.syn | FLAG.ack, at - 2),
      this.#segment(0, NO_BYTES, FLAG.ack, at - 1),
    ];
  }

  /**
   * Segments of a message: the first at `firstAt`, the last at `lastAt`, the others evenly between. Bytes that are
   * missing at its end are acknowledged by the other side, which proves that they were there.
   */
  send(
    direction: Direction,
    pieces: readonly MessagePiece[],
    firstAt: Micros,
    lastAt: Micros,
    comment: string,
  ): readonly DueSegment[] {
    const cuts = pieces.flatMap((piece) => (piece.kind === 'hole' ? [piece] : cut(piece.bytes)));
    const spread = lastAt > firstAt ? splitOnly(cuts) : cuts;
    const count = spread.filter((piece) => piece.kind === 'bytes').length;
    const segments: DueSegment[] = [];
    for (const piece of spread) {
      if (piece.kind === 'hole') {
        this.#next[direction] += piece.byteCount;
        continue;
      }
      const place = segments.length;
      const at = count === 1 ? firstAt : firstAt + Math.round(((lastAt - firstAt) * place) / (count - 1));
      const said = place === 0 ? comment : '';
      segments.push(this.#segment(direction, piece.bytes, FLAG.ack | FLAG.push, at, said));
    }
    if (spread.at(-1)?.kind !== 'hole') return segments;
    const acknowledged = this.#next[direction];
    return [...segments, { ...this.#segment(direction === 0 ? 1 : 0, NO_BYTES, FLAG.ack, lastAt), acknowledged }];
  }

  /** Both ends close, at `at` or behind everything else. */
  close(ending: Ending, at: Micros): readonly DueSegment[] {
    const first = Math.max(at, this.lastAt + 1);
    this.ending = ending;
    switch (ending) {
      case 'none':
        return [];
      case 'reset':
        return [this.#segment(1, NO_BYTES, FLAG.rst | FLAG.ack, first)];
      case 'fin':
        return [
          this.#segment(0, NO_BYTES, FLAG.fin | FLAG.ack, first),
          this.#segment(1, NO_BYTES, FLAG.fin | FLAG.ack, first + 1),
          this.#segment(0, NO_BYTES, FLAG.ack, first + 2),
        ];
      default:
        return ending satisfies never;
    }
  }

  /** The packet of a segment that leaves now: it acknowledges what has left the other way. */
  encode(segment: DueSegment): Uint8Array {
    const { direction } = segment;
    const back = direction === 0 ? 1 : 0;
    this.#left[direction] = segment.next;
    if (segment.acknowledged !== undefined) this.#left[back] = Math.max(this.#left[back], segment.acknowledged);
    return encodeTcpPacket({
      from: this.#ends[direction],
      to: this.#ends[back],
      sequence: segment.sequence,
      acknowledged: this.#left[back],
      flags: segment.flags,
      payload: segment.payload,
    });
  }

  #segment(direction: Direction, payload: Uint8Array, flags: number, at: Micros, comment = ''): DueSegment {
    const sequence = this.#next[direction];
    const counted = (flags & (FLAG.syn | FLAG.fin)) === 0 ? 0 : 1;
    this.#next[direction] = sequence + payload.length + counted;
    // A stream's bytes come in order, whatever the recorded times of two messages say.
    const due = Math.max(at, this.#lastAt[direction]);
    this.#lastAt[direction] = due;
    return { connection: this, direction, sequence, flags, payload, at: due, next: this.#next[direction], comment };
  }
}

function cut(bytes: Uint8Array): readonly MessagePiece[] {
  const pieces: MessagePiece[] = [];
  for (let start = 0; start < bytes.length; start += MAX_SEGMENT_BYTES) {
    pieces.push({ kind: 'bytes', bytes: bytes.subarray(start, start + MAX_SEGMENT_BYTES) });
  }
  return pieces;
}

/** A message of one segment that took time ends with a segment of its last byte. */
function splitOnly(pieces: readonly MessagePiece[]): readonly MessagePiece[] {
  const runs = pieces.filter((piece) => piece.kind === 'bytes');
  const [only] = runs;
  if (only === undefined || runs.length > 1 || only.bytes.length < 2) return pieces;
  const end = only.bytes.length - 1;
  return pieces.flatMap((piece): readonly MessagePiece[] =>
    piece === only
      ? [
          { kind: 'bytes', bytes: only.bytes.subarray(0, end) },
          { kind: 'bytes', bytes: only.bytes.subarray(end) },
        ]
      : [piece],
  );
}
