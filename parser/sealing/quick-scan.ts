/**
 * A quick look for words that a message with secrets has somewhere: nearly all messages have none, and are done with here.
 *
 * Wu and Manber's search for many words at once (1994): two octets tell how far the next place may be at which any word
 * ends its first four; three out of four octets are never looked at. Letters in either case; what it finds may be
 * something else, what it does not find is not there:
 *
 *     … H o s t :   s h o p …
 *             ^ ^            "t:" is in no word: 3 octets on
 */
import type { SecretNames } from './secret-names.ts';

/** Found one of the words; the head declares a transfer coding; a content coding; none of them. */
export const SCENT = { none: 0, secret: 1, transfer: 2, content: 4 } as const;

const WINDOW = 4;
const PAIR_BITS = 6;
const MAX_SHIFT = WINDOW - 1;

const WORDS = [
  ...['token', 'secret', 'passw', 'passphrase', 'passcode', 'credential', 'signature', 'session', 'authorization'],
  ...['cookie', 'x-auth:', 'x-auth ', 'x-auth\t'],
  ...['api', 'access', 'private'].flatMap((of) => [`${of}key`, `${of}-key`, `${of}_key`]),
  ...['pwd', 'jwt'].flatMap((name) => [...'-_=:" \t%\r\n'].map((end) => `${name}${end}`)),
  ...['sig', 'key', 'auth', 'code', 'sid'].flatMap((name) => [
    ...[...'?&;#'].map((before) => `${before}${name}=`),
    ...[...': \t'].map((after) => `\n${name}${after}`),
    `"${name}"`,
  ]),
  ...['pin', 'otp', 'cvv', 'cvc'].map((name) => `"${name}"`),
  // A form, whose names may be spelled in any way; parts of a form; names of JSON may be escaped.
  'urlencoded',
  'form-data',
  '\\u00',
];
/** The ends of schemes: `https://`. */
const URL_WORDS = [...'abcdefghijklmnopqrstuvwxyz0123456789'].map((end) => `${end}://`);

/** Looked at behind `://` for user information. */
const MAX_USER_INFO_OCTETS = 512;

interface Word {
  readonly octets: Uint8Array;
  readonly scent: number;
  /** Only with user information behind it. */
  readonly url: boolean;
}

/** Five low bits and the letter bit: case does not matter, and some other octets are taken for one another. */
function fold(octet: number): number {
  return (octet & 0x1f) | ((octet & 0x40) >> 1);
}

const FOLDED = Uint8Array.from({ length: 256 }, (_, octet) => fold(octet));

export class QuickScan {
  readonly #shifts = new Uint8Array(1 << (2 * PAIR_BITS)).fill(MAX_SHIFT);
  /** By the last two octets of the window. */
  readonly #words: (Word[] | undefined)[] = new Array(1 << (2 * PAIR_BITS)).fill(undefined);
  /** Words too short to look for: everything is looked at closely. */
  readonly #blind: boolean;

  constructor(names: SecretNames) {
    const added = [...names.added];
    this.#blind = added.some((name) => Buffer.byteLength(name) < WINDOW - 1);
    for (const word of WORDS) this.#add(word, SCENT.secret);
    for (const name of added) for (const end of '=:" \t%\r\n') this.#add(`${name}${end}`, SCENT.secret);
    for (const word of URL_WORDS) this.#add(word, SCENT.secret, true);
    this.#add('transfer-encoding', SCENT.transfer);
    this.#add('content-encoding', SCENT.content);
  }

  /** @returns flags of {@link SCENT}; no further ones behind `secret` */
  scan(bytes: Uint8Array): number {
    if (this.#blind) return SCENT.secret;
    const shifts = this.#shifts;
    const folded = FOLDED;
    const end = bytes.length;
    let found = 0;
    let at = WINDOW - 1;
    while (at < end) {
      const pair = ((folded[bytes[at - 1] as number] as number) << PAIR_BITS) | (folded[bytes[at] as number] as number);
      const shift = shifts[pair] as number;
      if (shift > 0) at += shift;
      else {
        found |= this.#wordAt(bytes, at - (WINDOW - 1), pair);
        if ((found & SCENT.secret) !== 0) return found;
        at++;
      }
    }
    return found;
  }

  #wordAt(bytes: Uint8Array, start: number, pair: number): number {
    const words = this.#words[pair];
    if (words === undefined) return SCENT.none;
    let found = 0;
    for (const { octets, scent, url } of words) {
      let i = 0;
      while (i < octets.length && lowered(bytes[start + i] as number) === octets[i]) i++;
      if (i === octets.length && (!url || hasUserInfo(bytes, start + i))) found |= scent;
    }
    return found;
  }

  #add(text: string, scent: number, url = false): void {
    const octets = Uint8Array.from(Buffer.from(text), lowered);
    for (let i = 1; i < WINDOW; i++) {
      const pair = pairOf(octets[i - 1] as number, octets[i] as number);
      this.#shifts[pair] = Math.min(this.#shifts[pair] as number, WINDOW - 1 - i);
    }
    const last = pairOf(octets[WINDOW - 2] as number, octets[WINDOW - 1] as number);
    const words = this.#words[last] ?? [];
    words.push({ octets, scent, url });
    this.#words[last] = words;
  }
}

function pairOf(one: number, other: number): number {
  return (fold(one) << PAIR_BITS) | fold(other);
}

function lowered(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
}

/** `@` before the path begins. */
function hasUserInfo(bytes: Uint8Array, from: number): boolean {
  const end = Math.min(bytes.length, from + MAX_USER_INFO_OCTETS);
  for (let at = from; at < end; at++) {
    const octet = bytes[at] as number;
    if (octet === 0x40) return true;
    if (octet === 0x2f || octet <= 0x20 || octet === 0x22) return false;
  }
  return end < bytes.length;
}
