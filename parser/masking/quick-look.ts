/**
 * A quick look at a message: whether any rule may have anything to do with it. Only for the built-in sets, whose values all
 * have something that shows: an `@`, a long number, a word of sealing's. Other rules read every message.
 *
 * What it lets pass is plain ASCII without codings, so that nothing in it is spelled in a way that hides it, and a body that
 * would not be readable does not pass.
 */
import { type Message, messageBytes, type Protocol } from '../../core/index.ts';
import { latin1 } from '../latin1.ts';
import { QuickScan, SCENT } from '../sealing/quick-scan.ts';
import type { SecretNames } from '../sealing/secret-names.ts';
import { BearerTokens } from './finders/bearer-tokens.ts';
import { CardNumbers } from './finders/card-numbers.ts';
import { EmailAddresses } from './finders/email-addresses.ts';
import { PhoneNumbers } from './finders/phone-numbers.ts';
import type { MaskRule } from './masking-rule.ts';

const CARD = 1;
const EMAIL = 2;
const PHONE = 4;
const CREDENTIAL = 8;
const ANY = 16;

const MIN_CARD_DIGITS = 13;
/** `555-0123` is the shortest that a phone number ends in. */
const MIN_PHONE_DIGITS = 8;

const BEARER = /bearer[ \t]/i;

/** What an octet is to the look: 0 for what says nothing. */
const KIND = { digit: 1, separator: 2, at: 3, escape: 4, odd: 5, plus: 6 } as const;
const KINDS = Uint8Array.from({ length: 256 }, (_, octet) => {
  if (octet >= 0x30 && octet <= 0x39) return KIND.digit;
  if (octet === 0x40) return KIND.at;
  if (octet === 0x5c || octet === 0x25) return KIND.escape;
  if (octet >= 0x7f || (octet < 0x20 && octet !== 0x09 && octet !== 0x0a && octet !== 0x0d)) return KIND.odd;
  return ' -./()+'.includes(String.fromCharCode(octet)) ? KIND.separator : 0;
});

export class QuickLook {
  /** Whether any rule is about more than heads. */
  readonly readsBodies: boolean;
  readonly #wanted: number;
  readonly #scan: QuickScan;

  constructor(rules: readonly MaskRule[], names: SecretNames) {
    this.readsBodies = rules.some(isAboutBodies);
    this.#wanted = rules.reduce((wanted, rule) => wanted | sightOf(rule), 0);
    this.#scan = new QuickScan(names);
  }

  /** Whether nothing in it can be met by a rule. */
  passes(message: Message, protocol: Protocol): boolean {
    if (protocol !== 'http1' || (this.#wanted & ANY) !== 0) return false;
    if (!message.complete || message.truncated || message.missing.length > 0) return false;
    const bytes = messageBytes(message);
    if ((seenIn(bytes) & (this.#wanted | ANY)) !== 0) return false;
    if (this.#scan.scan(bytes) !== SCENT.none) return false;
    if ((this.#wanted & CREDENTIAL) === 0) return true;
    const octets = latin1(bytes, 0, bytes.length);
    return !octets.includes('eyJ') && !BEARER.test(octets);
  }
}

/** Escapes that hide what they stand for are `ANY`. */
function seenIn(bytes: Uint8Array): number {
  const kinds = KINDS;
  let seen = 0;
  /** Digits so far, with single separators between them; the first of a run counts apart. */
  let digits = 0;
  let separators = 0;
  for (let at = 0; at < bytes.length; at++) {
    const kind = kinds[bytes[at] as number] as number;
    if (kind === 1) {
      digits++;
      separators = 0;
      if (digits >= MIN_PHONE_DIGITS) seen |= digits >= MIN_CARD_DIGITS ? CARD | PHONE : PHONE;
    } else if (kind === 2 && separators < 2) separators++;
    else {
      digits = 0;
      separators = 0;
      if (kind === 3) seen |= EMAIL | CREDENTIAL;
      else if (kind === 4 || kind === 5) return ANY;
    }
  }
  return seen;
}

function sightOf({ places, finder }: MaskRule): number {
  if (places?.every(({ kind }) => kind === 'credentials') === true) return CREDENTIAL;
  if (places !== undefined) return ANY;
  if (finder instanceof CardNumbers) return CARD;
  if (finder instanceof EmailAddresses) return EMAIL;
  if (finder instanceof PhoneNumbers) return PHONE;
  return finder instanceof BearerTokens ? CREDENTIAL : ANY;
}

function isAboutBodies({ places }: MaskRule): boolean {
  return places === undefined || places.some(({ kind }) => kind !== 'header' && kind !== 'cookie' && kind !== 'query');
}
