/** Where the secrets of one message are: nearly always nowhere, which a quick look tells. */
import { type Message, messageBytes, type Protocol } from '../../core/index.ts';
import { readChunked } from '../http1/view/chunked-view.ts';
import { keptBody, keptHeadByteCount } from '../http1/view/message-bytes.ts';
import { latin1 } from '../latin1.ts';
import { bodyCuts, hasFields } from './body-cuts.ts';
import { type Cut, inOrder } from './cut.ts';
import { type DeclaredBody, headCuts } from './head-cuts.ts';
import { QuickScan, SCENT } from './quick-scan.ts';
import type { SecretNames } from './secret-names.ts';
import type { ThriftSecrets } from './thrift-cuts.ts';

const LF = 0x0a;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUESTION = 0x3f;
const AT = 0x40;

const NO_CUTS: readonly Cut[] = Object.freeze([]);

export class MessageCuts {
  readonly #names: SecretNames;
  readonly #thrift: ThriftSecrets;
  readonly #scan: QuickScan;

  constructor(names: SecretNames, thrift: ThriftSecrets) {
    this.#names = names;
    this.#thrift = thrift;
    this.#scan = new QuickScan(names);
  }

  /** @returns positions among the kept bytes, in order, none over another */
  find(message: Message, protocol: Protocol): readonly Cut[] {
    const bytes = messageBytes(message);
    const scent = this.#scan.scan(bytes);
    switch (protocol) {
      case 'http1':
        if (scent === SCENT.none && !hasOddTarget(bytes)) return NO_CUTS;
        return this.#http(message, bytes, scent);
      case 'thrift':
        if ((scent & SCENT.secret) === 0 && !this.#thrift.mayHideIn(bytes)) return NO_CUTS;
        return inOrder(this.#thrift.cuts(upToHole(message, bytes)));
      case 'tcp':
        return NO_CUTS;
      default:
        return protocol satisfies never;
    }
  }

  #http(message: Message, bytes: Uint8Array, scent: number): readonly Cut[] {
    const onlyChunked = scent === SCENT.transfer && !hasOddTarget(bytes);
    if (onlyChunked && !this.#isSplitSecret(message, bytes)) return NO_CUTS;
    const cuts: Cut[] = [];
    const declared: DeclaredBody = { contentType: '', transferCoding: false, contentCoding: false };
    const headEnd = Math.min(keptHeadByteCount(message), bytes.length);
    if (headEnd > 0) headCuts(latin1(bytes, 0, headEnd), this.#names, cuts, declared);
    const isCoded = declared.contentCoding || declared.transferCoding;
    if ((scent & SCENT.secret) !== 0 || (isCoded && hasFields(declared))) {
      bodyCuts(message, headEnd, declared, { names: this.#names, thrift: this.#thrift }, cuts);
    }
    return cuts.length === 0 ? NO_CUTS : inOrder(cuts);
  }

  /** A word may be in two chunks; in one of them it would have been found. */
  #isSplitSecret(message: Message, bytes: Uint8Array): boolean {
    const { data } = readChunked(keptBody(message));
    return data.buffer !== bytes.buffer && (this.#scan.scan(data) & SCENT.secret) !== 0;
  }
}

/** In the first line a name with escapes, a parameter of the path or an `@`: spelled so that no quick look finds them. */
function hasOddTarget(bytes: Uint8Array): boolean {
  let inName = false;
  for (let at = 0; at < bytes.length; at++) {
    const octet = bytes[at] as number;
    if (octet > AT) continue;
    if (octet === LF) return false;
    if (octet === QUESTION || octet === AMPERSAND) inName = true;
    else if (octet === EQUALS) inName = false;
    else if (octet === SEMICOLON || octet === AT || (octet === PERCENT && inName)) return true;
  }
  return false;
}

/** Behind missing bytes nothing of Thrift can be told. */
function upToHole({ missing }: Message, bytes: Uint8Array): Uint8Array {
  const [first] = missing;
  return first === undefined ? bytes : bytes.subarray(0, first.offset);
}
