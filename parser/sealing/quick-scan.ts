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
/** One for every two octets; of those only the pairs of usual text are ever touched. */
const PAIRS = 0x1_0000;
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

export class QuickScan {
  readonly #shifts = new Uint8Array(PAIRS).fill(MAX_SHIFT);
  /** 1 for the first two octets of a word: tells nearly always that a window is none. */
  readonly #starts = new Uint8Array(PAIRS);
  /** By the last two octets of the window. */
  readonly #words = new Map<number, Word[]>();
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
    const starts = this.#starts;
    const end = bytes.length;
    let found = 0;
    let at = WINDOW - 1;
    while (at < end) {
      const pair = ((bytes[at - 1] as number) << 8) | (bytes[at] as number);
      const shift = shifts[pair] as number;
      if (shift > 0) at += shift;
      else if (starts[((bytes[at - 3] as number) << 8) | (bytes[at - 2] as number)] === 0) at++;
      else {
        found |= this.#wordAt(bytes, at - (WINDOW - 1), pair);
        if ((found & SCENT.secret) !== 0) return found;
        at++;
      }
    }
    return found;
  }

  #wordAt(bytes: Uint8Array, start: number, pair: number): number {
    const words = this.#words.get(pair);
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
      for (const pair of pairsOf(octets[i - 1] as number, octets[i] as number)) {
        this.#shifts[pair] = Math.min(this.#shifts[pair] as number, WINDOW - 1 - i);
      }
    }
    for (const pair of pairsOf(octets[0] as number, octets[1] as number)) this.#starts[pair] = 1;
    for (const pair of pairsOf(octets[WINDOW - 2] as number, octets[WINDOW - 1] as number)) {
      this.#words.set(pair, [...(this.#words.get(pair) ?? []), { octets, scent, url }]);
    }
  }
}

/** Of two octets in lower case: the pair in every case. */
function pairsOf(one: number, other: number): ReadonlySet<number> {
  const pairs = new Set<number>();
  for (const first of [one, upper(one)]) for (const second of [other, upper(other)]) pairs.add((first << 8) | second);
  return pairs;
}

function upper(octet: number): number {
  return octet >= 0x61 && octet <= 0x7a ? octet & 0xdf : octet;
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
