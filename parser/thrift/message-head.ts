/**
 * Where a message begins: its transport, its length where a frame tells it, and the message proper up to the arguments (`message-begin.ts`).
 *
 *   unframed     message
 *   framed       length:4  message
 *   THeader      length:4  0F FF  flags:2  sequence:4  size:2  header (size × 4 bytes)  payload
 *   TTHeader     length:4  10 00  flags:2  sequence:4  size:2  header (size × 4 bytes)  payload, or length:4 payload
 *   MeshHeader   FF AF  size:2  header (size bytes)  payload, or length:4 payload
 *
 * They are told apart by the first byte, behind a length by the fifth: names begin with a printable character, lengths
 * are below 2^31.
 *
 * Sources: Thrift protocol specifications (binary, compact, THeader transport), Kitex "TTHeader" and "MeshHeader".
 */
import { HeadOctets } from './head-octets.ts';
import { ENCODING, MAX_MESSAGE_BYTES, TRANSPORT } from './layers.ts';
import { INCOMPLETE, MessageBegin, NOT_A_HEAD } from './message-begin.ts';
import { mayBeginTransforms, Transforms } from './transforms.ts';

/** A frame of length 0: four bytes, no message. */
export const EMPTY_FRAME = -3;

/** Type of a message whose payload is transformed or not readable: only its direction tells whether it is a call. */
export const UNKNOWN_TYPE = 0;

/** Longest transport header that is believed there. */
const MAX_BELIEVED_HEADER_BYTES = 4096;

/** Behind the length, the magic and the flags. */
const HEADER_SEQUENCE_AT = 8;

const UNBOUNDED = Number.MAX_SAFE_INTEGER;

/** Filled by {@link read}; valid until the next. All positions count from the message's first byte. */
export class MessageHead {
  transport = 0;
  /** Length of the whole message where a frame tells it, otherwise -1. */
  messageBytes = 0;
  /** Where the key/values of a transport header are; equal where there is none. */
  infoStart = 0;
  infoEnd = 0;
  /** The payload is compressed or otherwise changed: names, types and ids in it are not known. */
  transformed = false;
  /** The only change is zlib's. */
  zlib = false;
  readonly #octets = new HeadOctets();
  readonly #message: MessageBegin;
  readonly #maxHeadBytes: number;
  readonly #transforms = new Transforms();
  /** End of the frame; unbounded without one. */
  #limit = 0;
  #strict = false;
  #mayBeOld = true;

  /** @param maxHeadBytes longer heads are no heads */
  constructor(maxHeadBytes: number) {
    this.#maxHeadBytes = maxHeadBytes;
    this.#message = new MessageBegin(this.#octets, maxHeadBytes);
  }

  /** As in `ENCODING`. */
  get encoding(): number {
    return this.#message.encoding;
  }

  /** As in `MESSAGE_TYPE`, or {@link UNKNOWN_TYPE}. */
  get type(): number {
    return this.#message.type;
  }

  /** Signed 32 bits. */
  get sequenceId(): number {
    return this.#message.sequenceId;
  }

  /** Where the message proper carries its id; equal where it cannot be read. */
  get sequenceStart(): number {
    return this.#message.sequenceStart;
  }

  get sequenceEnd(): number {
    return this.#message.sequenceEnd;
  }

  /** Where the transport header carries the id, -1 where there is none that does. */
  get headerSequenceAt(): number {
    const { transport } = this;
    const { theader, ttheader, ttheaderFramed } = TRANSPORT;
    return transport === theader || transport === ttheader || transport === ttheaderFramed ? HEADER_SEQUENCE_AT : -1;
  }

  get nameStart(): number {
    return this.#message.nameStart;
  }

  get nameEnd(): number {
    return this.#message.nameEnd;
  }

  /** Length of everything before the arguments. */
  get headBytes(): number {
    return this.#message.headBytes;
  }

  /** The first field of a reply is not the return value. */
  get declaredException(): boolean {
    return this.#message.declaredException;
  }

  /** After `INCOMPLETE`: so many bytes are needed before reading again can tell more; never more than the message has. */
  get needed(): number {
    return this.#message.needed;
  }

  /**
   * @param strict only what is hardly anything else: where framing was lost, or the protocol is not known yet
   * @param mayBeOld whether old binary counts, whose beginning proves little
   * @returns length of the head (positive), `INCOMPLETE`, `NOT_A_HEAD` or `EMPTY_FRAME`
   */
  read(bytes: Uint8Array, start: number, end: number, strict: boolean, mayBeOld: boolean): number {
    const seen = end - start;
    const octets = this.#octets;
    octets.bytes = bytes;
    octets.start = start;
    octets.seen = seen;
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
      return first === 0xff ? this.#mesh() : this.#begun(0);
    }
    if (strict && first !== 0) return NOT_A_HEAD;
    if (seen < 5) return this.#shortest();
    const length = this.#octets.u32(0);
    if (length === 0) return strict ? NOT_A_HEAD : EMPTY_FRAME;
    const kind = bytes[start + 4] as number;
    if (kind > 0x20 && kind < 0x7f) {
      this.#limit = UNBOUNDED;
      this.transport = TRANSPORT.unframed;
      return mayBeOld ? this.#message.readOld(0, UNBOUNDED, strict) : NOT_A_HEAD;
    }
    if (length > MAX_MESSAGE_BYTES - 4) return NOT_A_HEAD;
    this.messageBytes = 4 + length;
    this.#limit = 4 + length;
    if (kind === 0x0f || kind === 0x10) return this.#header(kind === 0x0f);
    this.transport = TRANSPORT.framed;
    return this.#begun(4);
  }

  /** Reads a message without transport, such as an inflated payload; lengths are not known. */
  readPayload(bytes: Uint8Array): number {
    const octets = this.#octets;
    octets.bytes = bytes;
    octets.start = 0;
    octets.seen = bytes.length;
    return this.#message.read(0, UNBOUNDED, false, true);
  }

  /** Less than a length and the byte behind it. */
  #shortest(): number {
    if (this.#octets.seen < 4) return this.#need(4);
    if (this.#octets.u32(0) > 0) return this.#need(5);
    return this.#strict ? NOT_A_HEAD : EMPTY_FRAME;
  }

  #begun(at: number): number {
    return this.#message.read(at, this.#limit, this.#strict, this.#mayBeOld);
  }

  #need(byteCount: number): number {
    this.#message.needed = byteCount;
    return INCOMPLETE;
  }

  /** @param theader otherwise TTHeader */
  #header(theader: boolean): number {
    const seen = this.#octets.seen;
    if (this.#limit < 14) return NOT_A_HEAD;
    if (seen > 5 && this.#octets.at(5) !== (theader ? 0xff : 0)) return NOT_A_HEAD;
    if (seen < 14) return this.#need(14);
    const payloadAt = 14 + this.#octets.u16(12) * 4;
    if (payloadAt > this.#limit || payloadAt > this.#maxHeadBytes) return NOT_A_HEAD;
    if (this.#strict && (payloadAt === this.#limit || payloadAt > MAX_BELIEVED_HEADER_BYTES)) return NOT_A_HEAD;
    const { bytes, start } = this.#octets;
    const from = start + 14;
    if (this.#strict && seen >= 16 && !mayBeginTransforms(bytes, from)) return NOT_A_HEAD;
    if (seen < payloadAt) return this.#need(payloadAt);
    const transforms = this.#transforms;
    const to = start + payloadAt;
    if (!(theader ? transforms.readVarints(bytes, from, to) : transforms.readOctets(bytes, from, to)))
      return NOT_A_HEAD;
    this.transport = theader ? TRANSPORT.theader : TRANSPORT.ttheader;
    this.#message.sequenceId = this.#octets.i32(HEADER_SEQUENCE_AT);
    this.infoStart = transforms.end - start;
    this.infoEnd = payloadAt;
    this.transformed = transforms.count > 0;
    this.zlib = transforms.isZlib;
    // A header without payload is a heartbeat.
    if (this.transformed || payloadAt === this.#limit) return this.#opaque(payloadAt);
    return this.#payload(payloadAt, theader);
  }

  #payload(payloadAt: number, theader: boolean): number {
    if (this.#octets.seen === payloadAt) return this.#need(payloadAt + 1);
    const sequenceId = this.sequenceId;
    let at = payloadAt;
    if (!theader && this.#octets.at(payloadAt) < 0x80 && payloadAt + 8 < this.#limit) {
      if (this.#octets.seen < payloadAt + 5) return this.#need(payloadAt + 5);
      const inner = this.#octets.at(payloadAt + 4);
      if (this.#octets.u32(payloadAt) === this.#limit - payloadAt - 4 && (inner === 0 || inner > 0x7f)) {
        this.transport = TRANSPORT.ttheaderFramed;
        at += 4;
      }
    }
    const read = this.#begun(at);
    if (read !== NOT_A_HEAD || this.#strict) return read;
    this.#message.sequenceId = sequenceId;
    return this.#opaque(payloadAt);
  }

  /** The payload cannot be read: its message ends with the frame all the same. */
  #opaque(payloadAt: number): number {
    const message = this.#message;
    message.type = UNKNOWN_TYPE;
    message.encoding = ENCODING.unknown;
    message.nameStart = 0;
    message.nameEnd = 0;
    message.sequenceStart = 0;
    message.sequenceEnd = 0;
    message.declaredException = false;
    message.headBytes = payloadAt;
    return payloadAt;
  }

  #mesh(): number {
    const seen = this.#octets.seen;
    if (seen > 1 && this.#octets.at(1) !== 0xaf) return NOT_A_HEAD;
    if (seen < 4) return this.#need(4);
    const payloadAt = 4 + this.#octets.u16(2);
    if (payloadAt > this.#maxHeadBytes) return NOT_A_HEAD;
    if (this.#strict && payloadAt > MAX_BELIEVED_HEADER_BYTES) return NOT_A_HEAD;
    if (seen <= payloadAt) return this.#need(payloadAt + 1);
    this.transport = TRANSPORT.mesh;
    this.infoStart = 4;
    this.infoEnd = payloadAt;
    if (this.#octets.at(payloadAt) > 0x7f) return this.#begun(payloadAt);
    if (seen < payloadAt + 5) return this.#need(payloadAt + 5);
    const length = this.#octets.u32(payloadAt);
    if (length > MAX_MESSAGE_BYTES - payloadAt - 4) return NOT_A_HEAD;
    this.transport = TRANSPORT.meshFramed;
    this.messageBytes = payloadAt + 4 + length;
    this.#limit = this.messageBytes;
    return this.#begun(payloadAt + 4);
  }
}
