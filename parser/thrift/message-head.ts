/**
 * Where a message begins: its transport, its length where a frame tells it, and the message header up to the arguments.
 *
 *   unframed     message
 *   framed       length:4  message
 *   THeader      length:4  0F FF  flags:2  sequence:4  size:2  header (size × 4 bytes)  payload
 *   TTHeader     length:4  10 00  flags:2  sequence:4  size:2  header (size × 4 bytes)  payload, or length:4 payload
 *   MeshHeader   FF AF  size:2  header (size bytes)  payload, or length:4 payload
 *
 *   message, binary       80 01 00 TT  name length:4  name  sequence id:4  arguments
 *   message, old binary   name length:4  name  TT  sequence id:4  arguments
 *   message, compact      82  TTTVVVVV  sequence id:varint  name length:varint  name  arguments
 *
 * They are told apart by the first byte, behind a length by the fifth: names begin with a printable character, lengths
 * are below 2^31.
 *
 * Sources: Thrift protocol specifications (binary, compact, THeader transport), Kitex "TTHeader" and "MeshHeader".
 */
import { ENCODING, MAX_MESSAGE_BYTES, TRANSPORT } from './layers.ts';
import { MESSAGE_TYPE } from './thrift-type.ts';
import { mayBeginTransforms, Transforms } from './transforms.ts';

/** More bytes are needed: {@link MessageHead.needed} in all. */
export const INCOMPLETE = -1;
export const NOT_A_HEAD = -2;
/** A frame of length 0: four bytes, no message. */
export const EMPTY_FRAME = -3;

/** Type of a message whose payload is transformed or not readable: only its direction tells whether it is a call. */
export const UNKNOWN_TYPE = 0;

/** Longest name that is believed where framing was lost or a protocol is only guessed. */
const MAX_BELIEVED_NAME_BYTES = 128;

/** Longest transport header that is believed there. */
const MAX_BELIEVED_HEADER_BYTES = 4096;

/** 2 is fbthrift's, whose doubles are big-endian. */
export const MAX_COMPACT_VERSION = 2;

// Own constants: members of imported objects are slow in hot loops (see ../http1/field-section.ts).
const REPLY = MESSAGE_TYPE.reply;
const BINARY = ENCODING.binary;
const OLD = ENCODING.binaryOld;
const COMPACT = ENCODING.compact;
const UNBOUNDED = Number.MAX_SAFE_INTEGER;

/** Characters of names that are believed: those of identifiers, and of `package.Service:method`. */
const NAME_OCTETS = Uint8Array.from({ length: 256 }, (_, octet) =>
  /[A-Za-z0-9_.:$/-]/.test(String.fromCharCode(octet)) ? 1 : 0,
);

/** Filled by {@link read}; valid until the next. All positions count from the message's first byte. */
export class MessageHead {
  transport = 0;
  encoding = 0;
  /** As in `MESSAGE_TYPE`, or {@link UNKNOWN_TYPE}. */
  type = 0;
  /** Signed 32 bits. */
  sequenceId = 0;
  nameStart = 0;
  nameEnd = 0;
  /** Length of everything before the arguments. */
  headBytes = 0;
  /** Length of the whole message where a frame tells it, otherwise -1. */
  messageBytes = 0;
  /** Where the key/values of a transport header are; equal where there is none. */
  infoStart = 0;
  infoEnd = 0;
  /** The payload is compressed or otherwise changed: names, types and ids in it are not known. */
  transformed = false;
  /** The only change is zlib's. */
  zlib = false;
  /** The first field of a reply is not the return value. */
  declaredException = false;
  /** After `INCOMPLETE`: so many bytes are needed before reading again can tell more; never more than the message has. */
  needed = 0;
  readonly #maxHeadBytes: number;
  readonly #transforms = new Transforms();
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #seen = 0;
  /** End of the frame; unbounded without one. */
  #limit = 0;
  #strict = false;
  #mayBeOld = true;

  /** @param maxHeadBytes longer heads are no heads */
  constructor(maxHeadBytes: number) {
    this.#maxHeadBytes = maxHeadBytes;
  }

  /**
   * @param strict only what is hardly anything else: where framing was lost, or the protocol is not known yet
   * @param mayBeOld whether old binary counts, whose beginning proves little
   * @returns length of the head (positive), `INCOMPLETE`, `NOT_A_HEAD` or `EMPTY_FRAME`
   */
  read(bytes: Uint8Array, start: number, end: number, strict: boolean, mayBeOld: boolean): number {
    const seen = end - start;
    this.#bytes = bytes;
    this.#start = start;
    this.#seen = seen;
    this.#strict = strict;
    this.#mayBeOld = mayBeOld;
    this.transformed = false;
    this.zlib = false;
    this.infoStart = 0;
    this.infoEnd = 0;
    this.messageBytes = -1;
    if (seen === 0) return this.#need(1);
    const first = bytes[start] as number;
    if (first > 0x7f) {
      this.#limit = UNBOUNDED;
      this.transport = TRANSPORT.unframed;
      return first === 0xff ? this.#mesh() : this.#message(0);
    }
    if (strict && first !== 0) return NOT_A_HEAD;
    if (seen < 5) return this.#shortest();
    const length = this.#u32(0);
    if (length === 0) return strict ? NOT_A_HEAD : EMPTY_FRAME;
    const kind = bytes[start + 4] as number;
    if (kind > 0x20 && kind < 0x7f) {
      this.#limit = UNBOUNDED;
      this.transport = TRANSPORT.unframed;
      return mayBeOld ? this.#old(0) : NOT_A_HEAD;
    }
    if (length > MAX_MESSAGE_BYTES - 4) return NOT_A_HEAD;
    this.messageBytes = 4 + length;
    this.#limit = 4 + length;
    if (kind === 0x0f || kind === 0x10) return this.#header(kind === 0x0f);
    this.transport = TRANSPORT.framed;
    return this.#message(4);
  }

  /** Reads a message without transport, such as an inflated payload; lengths are not known. */
  readPayload(bytes: Uint8Array): number {
    this.#bytes = bytes;
    this.#start = 0;
    this.#seen = bytes.length;
    this.#strict = false;
    this.#mayBeOld = true;
    this.#limit = UNBOUNDED;
    return this.#message(0);
  }

  /** Less than a length and the byte behind it. */
  #shortest(): number {
    if (this.#seen < 4) return this.#need(4);
    if (this.#u32(0) > 0) return this.#need(5);
    return this.#strict ? NOT_A_HEAD : EMPTY_FRAME;
  }

  #need(byteCount: number): number {
    this.needed = byteCount;
    return INCOMPLETE;
  }

  /** @param theader otherwise TTHeader */
  #header(theader: boolean): number {
    const seen = this.#seen;
    if (this.#limit < 14) return NOT_A_HEAD;
    if (seen > 5 && this.#at(5) !== (theader ? 0xff : 0)) return NOT_A_HEAD;
    if (seen < 14) return this.#need(14);
    const payloadAt = 14 + this.#u16(12) * 4;
    if (payloadAt > this.#limit || payloadAt > this.#maxHeadBytes) return NOT_A_HEAD;
    if (this.#strict && (payloadAt === this.#limit || payloadAt > MAX_BELIEVED_HEADER_BYTES)) return NOT_A_HEAD;
    const bytes = this.#bytes;
    const from = this.#start + 14;
    if (this.#strict && seen >= 16 && !mayBeginTransforms(bytes, from)) return NOT_A_HEAD;
    if (seen < payloadAt) return this.#need(payloadAt);
    const transforms = this.#transforms;
    const to = this.#start + payloadAt;
    if (!(theader ? transforms.readVarints(bytes, from, to) : transforms.readOctets(bytes, from, to)))
      return NOT_A_HEAD;
    this.transport = theader ? TRANSPORT.theader : TRANSPORT.ttheader;
    this.sequenceId = this.#i32(8);
    this.infoStart = transforms.end - this.#start;
    this.infoEnd = payloadAt;
    this.transformed = transforms.count > 0;
    this.zlib = transforms.isZlib;
    // A header without payload is a heartbeat.
    if (this.transformed || payloadAt === this.#limit) return this.#opaque(payloadAt);
    return this.#payload(payloadAt, theader);
  }

  #payload(payloadAt: number, theader: boolean): number {
    if (this.#seen === payloadAt) return this.#need(payloadAt + 1);
    const sequenceId = this.sequenceId;
    let at = payloadAt;
    if (!theader && this.#at(payloadAt) < 0x80 && payloadAt + 8 < this.#limit) {
      if (this.#seen < payloadAt + 5) return this.#need(payloadAt + 5);
      const inner = this.#at(payloadAt + 4);
      if (this.#u32(payloadAt) === this.#limit - payloadAt - 4 && (inner === 0 || inner > 0x7f)) {
        this.transport = TRANSPORT.ttheaderFramed;
        at += 4;
      }
    }
    const read = this.#message(at);
    if (read !== NOT_A_HEAD || this.#strict) return read;
    this.sequenceId = sequenceId;
    return this.#opaque(payloadAt);
  }

  /** The payload cannot be read: its message ends with the frame all the same. */
  #opaque(payloadAt: number): number {
    this.type = UNKNOWN_TYPE;
    this.encoding = ENCODING.unknown;
    this.nameStart = 0;
    this.nameEnd = 0;
    this.declaredException = false;
    this.headBytes = payloadAt;
    return payloadAt;
  }

  #mesh(): number {
    const seen = this.#seen;
    if (seen > 1 && this.#at(1) !== 0xaf) return NOT_A_HEAD;
    if (seen < 4) return this.#need(4);
    const payloadAt = 4 + this.#u16(2);
    if (payloadAt > this.#maxHeadBytes) return NOT_A_HEAD;
    if (this.#strict && payloadAt > MAX_BELIEVED_HEADER_BYTES) return NOT_A_HEAD;
    if (seen <= payloadAt) return this.#need(payloadAt + 1);
    this.transport = TRANSPORT.mesh;
    this.infoStart = 4;
    this.infoEnd = payloadAt;
    if (this.#at(payloadAt) > 0x7f) return this.#message(payloadAt);
    if (seen < payloadAt + 5) return this.#need(payloadAt + 5);
    const length = this.#u32(payloadAt);
    if (length > MAX_MESSAGE_BYTES - payloadAt - 4) return NOT_A_HEAD;
    this.transport = TRANSPORT.meshFramed;
    this.messageBytes = payloadAt + 4 + length;
    this.#limit = this.messageBytes;
    return this.#message(payloadAt + 4);
  }

  #message(at: number): number {
    if (at >= this.#limit) return NOT_A_HEAD;
    if (this.#seen <= at) return this.#need(at + 1);
    switch (this.#at(at)) {
      case 0x80:
        return this.#binary(at);
      case 0x82:
        return this.#compact(at);
      case 0:
        return this.#mayBeOld ? this.#old(at) : NOT_A_HEAD;
      default:
        return NOT_A_HEAD;
    }
  }

  #binary(at: number): number {
    const seen = this.#seen;
    if (this.#limit < at + 12) return NOT_A_HEAD;
    if (seen > at + 1 && this.#at(at + 1) !== 1) return NOT_A_HEAD;
    if (seen < at + 8) return this.#need(at + 8);
    const type = this.#at(at + 3);
    if (type < 1 || type > 4 || (this.#strict && this.#at(at + 2) !== 0)) return NOT_A_HEAD;
    const named = this.#named(at + 8, this.#u32(at + 4), 4);
    if (named < 0) return named;
    this.type = type;
    this.sequenceId = this.#i32(named);
    this.headBytes = named + 4;
    this.encoding = BINARY;
    return this.#arguments();
  }

  #old(at: number): number {
    if (this.#limit < at + 9) return NOT_A_HEAD;
    if (this.#seen < at + 4) return this.#need(at + 4);
    const length = this.#u32(at);
    const strict = this.#strict;
    // Nothing but the name and the type make it a message: always look at them closely.
    this.#strict = true;
    const named = length === 0 ? NOT_A_HEAD : this.#named(at + 4, length, 5);
    this.#strict = strict;
    if (named < 0) return named;
    const type = this.#at(named);
    if (type < 1 || type > 4) return NOT_A_HEAD;
    this.type = type;
    this.sequenceId = this.#i32(named + 1);
    this.headBytes = named + 5;
    this.encoding = OLD;
    return this.#arguments();
  }

  #compact(at: number): number {
    const seen = this.#seen;
    if (seen < at + 2) return this.#limit < at + 2 ? NOT_A_HEAD : this.#need(at + 2);
    const type = this.#at(at + 1) >> 5;
    const version = this.#at(at + 1) & 0x1f;
    if (version < 1 || version > MAX_COMPACT_VERSION || type < 1 || type > 4) return NOT_A_HEAD;
    let place = at + 2;
    let sequenceId = 0;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      if (place >= this.#limit || shift > 63) return NOT_A_HEAD;
      if (place >= seen) return this.#need(place + 1);
      const octet = this.#at(place++);
      if (shift < 32) sequenceId |= (octet & 0x7f) << shift;
      if (octet < 0x80) break;
    }
    for (let shift = 0; ; shift += 7) {
      if (place >= this.#limit || shift > 28) return NOT_A_HEAD;
      if (place >= seen) return this.#need(place + 1);
      const octet = this.#at(place++);
      length += (octet & 0x7f) * 2 ** shift;
      if (octet < 0x80) break;
    }
    const named = this.#named(place, length, 0);
    if (named < 0) return named;
    this.type = type;
    this.sequenceId = sequenceId;
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
      const until = Math.min(nameEnd, this.#seen);
      for (let at = nameStart; at < until; at++) if (names[this.#at(at)] === 0) return NOT_A_HEAD;
    }
    if (this.#seen < nameEnd + tail) return this.#need(nameEnd + tail);
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
    if (this.#seen === at) return this.#need(at + 1);
    const field = this.#at(at);
    if (field === 0) return at;
    if (this.encoding === COMPACT) return this.#firstCompactField(at, field);
    if (strict && (field > 16 || field === 1)) return NOT_A_HEAD;
    if (!reply || at + 3 > this.#limit) return at;
    if (this.#seen < at + 3) return this.#need(at + 3);
    this.declaredException = this.#u16(at + 1) !== 0;
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
    if (this.#seen < at + 2) return this.#need(at + 2);
    this.declaredException = this.#at(at + 1) !== 0;
    return at;
  }

  #at(place: number): number {
    return this.#bytes[this.#start + place] as number;
  }

  #u16(place: number): number {
    return this.#at(place) * 256 + this.#at(place + 1);
  }

  #i32(place: number): number {
    const bytes = this.#bytes;
    const at = this.#start + place;
    return (
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)
    );
  }

  #u32(place: number): number {
    return this.#i32(place) >>> 0;
  }
}
