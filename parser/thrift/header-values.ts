/**
 * Key/values of a transport header, as far as somebody wants them.
 *
 *   THeader      (id:varint  count:varint  (length:varint text)*)*         id 1 for this message, 2 persistent; 0 ends
 *   TTHeader     01 count:2 (length:2 text)*,  10 count:2 (key:2 length:2 text)*,  11 length:2 token,  00 padding
 *   MeshHeader   count:2  (length:2 text)*
 *
 * Sources: Apache Thrift "THeader", Kitex "TTHeader".
 */
import { latin1 } from '../latin1.ts';
import { TRANSPORT } from './layers.ts';
import type { MessageHead } from './message-head.ts';

/** TTHeader's integer keys that are somebody's header by another name (Kitex `transmeta`). */
const LOG_ID_KEY = 2;
const LOG_ID_NAME = 'x-tt-logid';
const FROM_SERVICE_KEY = 3;
const TO_SERVICE_KEY = 6;

/** Longer ones are no names of services. */
const MAX_SERVICE_CHARS = 128;

const INFO = { padding: 0, keyValues: 1, persistentKeyValues: 2, integerKeyValues: 0x10, token: 0x11 } as const;

/** Longer values are cut. */
const MAX_VALUE_CHARS = 512;

export class HeaderValues {
  /** Of the message read last, TTHeader's names of caller and called; empty where it has none. */
  fromService = '';
  toService = '';
  readonly #names: ReadonlySet<string>;
  /** Whether any name has this length: spares most keys from becoming text. */
  readonly #lengths: Uint8Array;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #found: Map<string, string> | undefined;

  /** @param names lower case */
  constructor(names: readonly string[]) {
    this.#names = new Set(names);
    this.#lengths = new Uint8Array(256);
    for (const { length } of names) if (length < 256) this.#lengths[length] = 1;
  }

  /**
   * @param start place of the message's first byte, where `head` was read
   * @returns the wanted ones by lower-case name, undefined where there is none; what follows a malformed block is not read
   */
  read(bytes: Uint8Array, start: number, head: MessageHead): ReadonlyMap<string, string> | undefined {
    this.#bytes = bytes;
    this.#at = start + head.infoStart;
    this.#end = start + head.infoEnd;
    this.#found = undefined;
    this.fromService = '';
    this.toService = '';
    switch (head.transport) {
      case TRANSPORT.theader:
        this.#theader();
        break;
      case TRANSPORT.ttheader:
      case TRANSPORT.ttheaderFramed:
        this.#ttheader();
        break;
      default:
        this.#pairs(this.#u16());
    }
    return this.#found;
  }

  #theader(): void {
    while (this.#at < this.#end) {
      const id = this.#varint();
      if (id !== INFO.keyValues && id !== INFO.persistentKeyValues) return;
      const count = this.#varint();
      for (let i = 0; i < count && this.#at < this.#end; i++) {
        const keyAt = this.#text(this.#varint());
        const keyEnd = this.#at;
        const valueAt = this.#text(this.#varint());
        this.#pair(keyAt, keyEnd, valueAt);
      }
    }
  }

  #ttheader(): void {
    while (this.#at < this.#end) {
      switch (this.#bytes[this.#at++]) {
        case INFO.padding:
          break;
        case INFO.keyValues:
          this.#pairs(this.#u16());
          break;
        case INFO.integerKeyValues:
          this.#integerPairs(this.#u16());
          break;
        case INFO.token:
          this.#text(this.#u16());
          break;
        default:
          return;
      }
    }
  }

  #pairs(count: number): void {
    for (let i = 0; i < count && this.#at < this.#end; i++) {
      const keyAt = this.#text(this.#u16());
      const keyEnd = this.#at;
      const valueAt = this.#text(this.#u16());
      this.#pair(keyAt, keyEnd, valueAt);
    }
  }

  #integerPairs(count: number): void {
    for (let i = 0; i < count && this.#at < this.#end; i++) {
      const key = this.#u16();
      const valueAt = this.#text(this.#u16());
      if (key === LOG_ID_KEY) this.#keep(LOG_ID_NAME, valueAt);
      else if (key === FROM_SERVICE_KEY) this.fromService = this.#serviceName(valueAt);
      else if (key === TO_SERVICE_KEY) this.toService = this.#serviceName(valueAt);
    }
  }

  #serviceName(valueAt: number): string {
    return this.#at - valueAt > MAX_SERVICE_CHARS ? '' : latin1(this.#bytes, valueAt, this.#at);
  }

  #pair(keyAt: number, keyEnd: number, valueAt: number): void {
    const length = keyEnd - keyAt;
    if (length > 255 || this.#lengths[length] === 0) return;
    this.#keep(latin1(this.#bytes, keyAt, keyEnd).toLowerCase(), valueAt);
  }

  /** The value ends where reading stands. The first of one name counts. */
  #keep(name: string, valueAt: number): void {
    if (!this.#names.has(name)) return;
    this.#found ??= new Map();
    if (this.#found.has(name)) return;
    this.#found.set(name, latin1(this.#bytes, valueAt, Math.min(this.#at, valueAt + MAX_VALUE_CHARS)));
  }

  /** @returns where the text begins; reading goes on behind it, or at the end of the header when it is longer */
  #text(length: number): number {
    const start = this.#at;
    this.#at = Math.min(this.#end, start + length);
    return start;
  }

  #u16(): number {
    if (this.#at + 2 > this.#end) {
      this.#at = this.#end;
      return 0;
    }
    const value = (this.#bytes[this.#at] as number) * 256 + (this.#bytes[this.#at + 1] as number);
    this.#at += 2;
    return value;
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35 && this.#at < this.#end; shift += 7) {
      const octet = this.#bytes[this.#at++] as number;
      value += (octet & 0x7f) * 2 ** shift;
      if (octet < 0x80) return value;
    }
    this.#at = this.#end;
    return 0;
  }
}
