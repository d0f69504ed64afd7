/**
 * The beginning of a message proper, behind its transport: kind, name and sequence id, up to the arguments.
 *
 *   binary       80 01 00 TT  name length:4  name  sequence id:4  arguments
 *   old binary   name length:4  name  TT  sequence id:4  arguments
 *   compact      82  TTTVVVVV  sequence id:varint  name length:varint  name  arguments
 *
 * Source: Thrift protocol specifications, "Message".
 */
import type { HeadOctets } from './head-octets.ts';
import { ENCODING } from './layers.ts';
import { MESSAGE_TYPE } from './thrift-type.ts';

/** More bytes are needed. */
export const INCOMPLETE = -1;
export const NOT_A_HEAD = -2;

/** Longest name that is believed where framing was lost or a protocol is only guessed. */
const MAX_BELIEVED_NAME_BYTES = 128;

/** 2 is fbthrift's, whose doubles are big-endian. */
export const MAX_COMPACT_VERSION = 2;

// Own constants: members of imported objects are slow in hot loops (see ../http1/field-section.ts).
const REPLY = MESSAGE_TYPE.reply;
const BINARY = ENCODING.binary;
const OLD = ENCODING.binaryOld;
const COMPACT = ENCODING.compact;

/** Characters of names that are believed: those of identifiers, and of `package.Service:method`. */
const NAME_OCTETS = Uint8Array.from({ length: 256 }, (_, octet) =>
  /[A-Za-z0-9_.:$/-]/.test(String.fromCharCode(octet)) ? 1 : 0,
);

/** Filled by {@link read}; valid until the next. All positions count as those of the octets. */
export class MessageBegin {
  /** As in `ENCODING`. */
  encoding = 0;
  /** As in `MESSAGE_TYPE`. */
  type = 0;
  /** Signed 32 bits. */
  sequenceId = 0;
  /** Where the sequence id is: four bytes, in compact a varint. */
  sequenceStart = 0;
  sequenceEnd = 0;
  nameStart = 0;
  nameEnd = 0;
  /** Length of everything before the arguments. */
  headBytes = 0;
  /** The first field of a reply is not the return value. */
  declaredException = false;
  /** After `INCOMPLETE`: so many bytes are needed before reading again can tell more; never more than the message has. */
  needed = 0;
  readonly #octets: HeadOctets;
  readonly #maxHeadBytes: number;
  /** End of the frame; unbounded without one. */
  #limit = 0;
  #strict = false;

  /** @param maxHeadBytes names that are longer are none */
  constructor(octets: HeadOctets, maxHeadBytes: number) {
    this.#octets = octets;
    this.#maxHeadBytes = maxHeadBytes;
  }

  /**
   * @param limit where the frame ends
   * @param strict only what is hardly anything else
   * @param mayBeOld whether old binary counts
   * @returns length of everything before the arguments, `INCOMPLETE` or `NOT_A_HEAD`
   */
  read(at: number, limit: number, strict: boolean, mayBeOld: boolean): number {
    this.#limit = limit;
    this.#strict = strict;
    if (at >= limit) return NOT_A_HEAD;
    if (this.#octets.seen <= at) return this.#need(at + 1);
    switch (this.#octets.at(at)) {
      case 0x80:
        return this.#binary(at);
      case 0x82:
        return this.#compact(at);
      case 0:
        return mayBeOld ? this.#old(at) : NOT_A_HEAD;
      default:
        return NOT_A_HEAD;
    }
  }

  /** Old binary without frame, whose name is so short that its length alone does not tell. As {@link read}. */
  readOld(at: number, limit: number, strict: boolean): number {
    this.#limit = limit;
    this.#strict = strict;
    return this.#old(at);
  }

  #need(byteCount: number): number {
    this.needed = byteCount;
    return INCOMPLETE;
  }

  #binary(at: number): number {
    const seen = this.#octets.seen;
    if (this.#limit < at + 12) return NOT_A_HEAD;
    if (seen > at + 1 && this.#octets.at(at + 1) !== 1) return NOT_A_HEAD;
    if (seen < at + 8) return this.#need(at + 8);
    const type = this.#octets.at(at + 3);
    if (type < 1 || type > 4 || (this.#strict && this.#octets.at(at + 2) !== 0)) return NOT_A_HEAD;
    const named = this.#named(at + 8, this.#octets.u32(at + 4), 4);
    if (named < 0) return named;
    this.type = type;
    this.sequenceId = this.#octets.i32(named);
    this.sequenceStart = named;
    this.sequenceEnd = named + 4;
    this.headBytes = named + 4;
    this.encoding = BINARY;
    return this.#arguments();
  }

  #old(at: number): number {
    if (this.#limit < at + 9) return NOT_A_HEAD;
    if (this.#octets.seen < at + 4) return this.#need(at + 4);
    const length = this.#octets.u32(at);
    const strict = this.#strict;
    // Nothing but the name and the type make it a message: always look at them closely.
    this.#strict = true;
    const named = length === 0 ? NOT_A_HEAD : this.#named(at + 4, length, 5);
    this.#strict = strict;
    if (named < 0) return named;
    const type = this.#octets.at(named);
    if (type < 1 || type > 4) return NOT_A_HEAD;
    this.type = type;
    this.sequenceId = this.#octets.i32(named + 1);
    this.sequenceStart = named + 1;
    this.sequenceEnd = named + 5;
    this.headBytes = named + 5;
    this.encoding = OLD;
    return this.#arguments();
  }

  #compact(at: number): number {
    const seen = this.#octets.seen;
    if (seen < at + 2) return this.#limit < at + 2 ? NOT_A_HEAD : this.#need(at + 2);
    const type = this.#octets.at(at + 1) >> 5;
    const version = this.#octets.at(at + 1) & 0x1f;
    if (version < 1 || version > MAX_COMPACT_VERSION || type < 1 || type > 4) return NOT_A_HEAD;
    let place = at + 2;
    let sequenceId = 0;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      if (place >= this.#limit || shift > 63) return NOT_A_HEAD;
      if (place >= seen) return this.#need(place + 1);
      const octet = this.#octets.at(place++);
      if (shift < 32) sequenceId |= (octet & 0x7f) << shift;
      if (octet < 0x80) break;
    }
    const sequenceEnd = place;
    for (let shift = 0; ; shift += 7) {
      if (place >= this.#limit || shift > 28) return NOT_A_HEAD;
      if (place >= seen) return this.#need(place + 1);
      const octet = this.#octets.at(place++);
      length += (octet & 0x7f) * 2 ** shift;
      if (octet < 0x80) break;
    }
    const named = this.#named(place, length, 0);
    if (named < 0) return named;
    this.type = type;
    this.sequenceId = sequenceId;
    this.sequenceStart = at + 2;
    this.sequenceEnd = sequenceEnd;
    this.headBytes = named;
    this.encoding = COMPACT;
    return this.#arguments();
  }

  /** @returns position behind the name; `tail` bytes behind it are there too */
  #named(nameStart: number, length: number, tail: number): number {
    const nameEnd = nameStart + length;
    if (nameEnd + tail > this.#limit || length > this.#maxHeadBytes) return NOT_A_HEAD;
    if (this.#strict) {
      if (length === 0 || length > MAX_BELIEVED_NAME_BYTES) return NOT_A_HEAD;
      const names = NAME_OCTETS;
      const until = Math.min(nameEnd, this.#octets.seen);
      for (let at = nameStart; at < until; at++) if (names[this.#octets.at(at)] === 0) return NOT_A_HEAD;
    }
    if (this.#octets.seen < nameEnd + tail) return this.#need(nameEnd + tail);
    this.nameStart = nameStart;
    this.nameEnd = nameEnd;
    return nameEnd;
  }

  /** A look at the first field: whether it can be one, and whether a reply is a declared exception. */
  #arguments(): number {
    const at = this.headBytes;
    const strict = this.#strict;
    const reply = this.type === REPLY;
    this.declaredException = false;
    if (at === this.#limit) return strict ? NOT_A_HEAD : at;
    if (!strict && !reply) return at;
    if (this.#octets.seen === at) return this.#need(at + 1);
    const field = this.#octets.at(at);
    if (field === 0) return at;
    if (this.encoding === COMPACT) return this.#firstCompactField(at, field);
    if (strict && (field > 16 || field === 1)) return NOT_A_HEAD;
    if (!reply || at + 3 > this.#limit) return at;
    if (this.#octets.seen < at + 3) return this.#need(at + 3);
    this.declaredException = this.#octets.u16(at + 1) !== 0;
    return at;
  }

  #firstCompactField(at: number, field: number): number {
    if (this.#strict && ((field & 0x0f) === 0 || (field & 0x0f) > 13)) return NOT_A_HEAD;
    if (this.type !== REPLY) return at;
    if (field > 0x0f) {
      this.declaredException = true;
      return at;
    }
    if (at + 2 > this.#limit) return at;
    if (this.#octets.seen < at + 2) return this.#need(at + 2);
    this.declaredException = this.#octets.at(at + 1) !== 0;
    return at;
  }
}
