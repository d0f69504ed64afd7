/**
 * The rules of one side of one exchange, asked value by value. Of the rules that a value is for, the first that takes a
 * stretch of it has it:
 *
 *     rule 1, find 4111…, keep last 4     pay with 4111111111111111 ada@example.org
 *     rule 2, find e-mail, redact                  ~~~~~~~~~~~~~~~~ ~~~~~~~~~~~~~~~
 *     rule 3, the whole value, replace    ~~~~~~~~~                ~
 */
import { matchesWildcard } from '../../core/index.ts';
import { EVERY, type JsonStep } from '../json/json-path.ts';
import type { SecretNames } from '../sealing/secret-names.ts';
import type { MaskPlace, MaskRule } from './masking-rule.ts';
import { changedValue, hashedNumber, type Sealer } from './value-changer.ts';

/** Where a value stands; what is absent it is not in. Names in lower case. */
export interface Slot {
  readonly header?: string;
  readonly cookie?: string;
  readonly query?: string;
  readonly form?: string;
  readonly jsonPath?: readonly (string | number)[];
  readonly fieldPath?: readonly number[];
  readonly fieldNames?: readonly string[];
  /** Its name says that it is a credential. */
  readonly secret?: boolean;
  /** Characters in front that are none of the secret: a scheme. */
  readonly shown?: number;
}

interface Claim {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface MaskedValue {
  readonly text: string;
  /** It differs from what it was; otherwise a rule keeps it. */
  readonly changed: boolean;
}

export const ANYWHERE: Slot = Object.freeze({});

/** In the place of one that is not asked. */
const NO_RULE: MaskRule = { name: '', side: 'both', places: [], action: { kind: 'keep' } };

export class MaskRun {
  readonly rules: readonly MaskRule[];
  readonly names: SecretNames;
  readonly #sealer: Sealer | undefined;
  readonly #counts: number[];

  /** @param rules in the order in which they are asked */
  constructor(
    rules: readonly MaskRule[],
    names: SecretNames,
    sealer: Sealer | undefined,
    counts: number[] = rules.map(() => 0),
  ) {
    this.rules = rules;
    this.names = names;
    this.#sealer = sealer;
    this.#counts = counts;
  }

  /** The same of some of the rules; they are counted here. */
  limitedTo(isAsked: (rule: MaskRule) => boolean): MaskRun {
    return new MaskRun(
      this.rules.map((rule) => (isAsked(rule) ? rule : NO_RULE)),
      this.names,
      this.#sealer,
      this.#counts,
    );
  }

  /** How often each rule was met, but for those that keep. */
  *hits(): Generator<readonly [MaskRule, number]> {
    for (let i = 0; i < this.rules.length; i++) {
      const count = this.#counts[i] as number;
      if (count > 0) yield [this.rules[i] as MaskRule, count];
    }
  }

  /** Place of the first rule that is for the whole of such a value; the number of rules where there is none. */
  firstWhole(slot: Slot): number {
    const at = this.rules.findIndex((rule) => rule.finder === undefined && isFor(rule, slot));
    return at < 0 ? this.rules.length : at;
  }

  /**
   * @param encode of what stands instead, where the text is not decoded
   * @param until only rules before this place are asked
   * @returns undefined where no rule has anything to do with it
   */
  mask(
    text: string,
    slot: Slot,
    encode: (text: string) => string = asItIs,
    until = this.rules.length,
  ): MaskedValue | undefined {
    if (text === '') return undefined;
    let claims: Claim[] | undefined;
    for (let place = 0; place < until; place++) {
      const rule = this.rules[place] as MaskRule;
      if (!isFor(rule, slot)) continue;
      const spans = rule.finder?.findAll(text) ?? [{ start: shownBy(rule, slot), end: text.length }];
      for (const { start, end } of spans) {
        if (end <= start) continue;
        claims ??= [];
        this.#claim(text, start, end, place, encode, claims);
      }
      if (rule.finder === undefined) break;
    }
    return claims === undefined ? undefined : joined(text, claims);
  }

  /**
   * A number of Thrift, as a number again.
   *
   * @param bits that it may have, the sign left out
   * @returns undefined where it stays
   */
  maskInteger(value: bigint, slot: Slot, bits: number): bigint | undefined {
    const text = value.toString();
    for (let place = 0; place < this.rules.length; place++) {
      const rule = this.rules[place] as MaskRule;
      if (!isFor(rule, slot)) continue;
      if (rule.finder !== undefined && rule.finder.findAll(text).length === 0) continue;
      const { action } = rule;
      if (action.kind === 'keep') return undefined;
      this.#count(place);
      if (action.kind === 'hash') return hashedNumber(action.key, text, bits);
      const given = action.kind === 'replace' && /^-?\d{1,19}$/.test(action.text) ? BigInt(action.text) : 0n;
      return BigInt.asIntN(bits + 1, given) === given ? given : 0n;
    }
    return undefined;
  }

  /** The parts of the span that no rule has yet. */
  #claim(
    text: string,
    start: number,
    end: number,
    place: number,
    encode: (text: string) => string,
    claims: Claim[],
  ): void {
    const { action } = this.rules[place] as MaskRule;
    let isMet = false;
    let at = start;
    const taken = claims.filter((claim) => claim.end > start && claim.start < end);
    for (const claim of [...taken, { start: end, end }]) {
      if (claim.start > at) {
        const value = text.slice(at, claim.start);
        const made = action.kind === 'keep' ? value : encode(changedValue(action, value, this.#sealer));
        claims.push({ start: at, end: claim.start, text: made });
        isMet = true;
      }
      at = Math.max(at, claim.end);
    }
    if (!isMet) return;
    if (claims.length > 1) claims.sort((one, other) => one.start - other.start);
    this.#count(place);
  }

  #count(place: number): void {
    const { action } = this.rules[place] as MaskRule;
    if (action.kind !== 'keep') (this.#counts[place] as number)++;
  }
}

/** A scheme is no credential; a rule that names the field takes it with the rest. */
function shownBy({ places = [] }: MaskRule, { shown = 0 }: Slot): number {
  return places.every(({ kind }) => kind === 'credentials') ? shown : 0;
}

function asItIs(text: string): string {
  return text;
}

function joined(text: string, claims: readonly Claim[]): MaskedValue {
  const pieces: string[] = [];
  let at = 0;
  for (const claim of claims) {
    pieces.push(text.slice(at, claim.start), claim.text);
    at = claim.end;
  }
  const made = pieces.join('') + text.slice(at);
  return { text: made, changed: made !== text };
}

/** Without places a rule looks into everything with its finder. */
function isFor({ places }: MaskRule, slot: Slot): boolean {
  if (places === undefined) return true;
  for (const place of places) if (isAt(place, slot)) return true;
  return false;
}

function isAt(place: MaskPlace, slot: Slot): boolean {
  switch (place.kind) {
    case 'header':
      return isNamed(place.name, slot.header);
    case 'cookie':
      return isNamed(place.name, slot.cookie);
    case 'query':
      return isNamed(place.name, slot.query);
    case 'form':
      return isNamed(place.name, slot.form);
    case 'thrift-name':
      return slot.fieldNames?.some((name) => isNamed(place.name, name)) === true;
    case 'json':
      return slot.jsonPath !== undefined && isBelow(place.path, slot.jsonPath);
    case 'thrift':
      return slot.fieldPath !== undefined && place.path.every((id, i) => slot.fieldPath?.[i] === id);
    case 'credentials':
      return slot.secret === true;
    default:
      return place satisfies never;
  }
}

function isNamed(pattern: string, name: string | undefined): boolean {
  return name !== undefined && (pattern === name || matchesPattern(pattern, name));
}

/** Nearly all names are plain ones. */
function matchesPattern(pattern: string, name: string): boolean {
  return (pattern.includes('*') || pattern.includes('?')) && matchesWildcard(pattern, name);
}

function isBelow(path: readonly JsonStep[], at: readonly (string | number)[]): boolean {
  if (path.length > at.length) return false;
  for (let i = 0; i < path.length; i++) {
    const wanted = path[i] as JsonStep;
    const step = at[i] as string | number;
    if (wanted === EVERY ? typeof step !== 'number' : wanted !== step && !isWild(wanted, step)) return false;
  }
  return true;
}

function isWild(wanted: string | number, step: string | number): boolean {
  return typeof wanted === 'string' && typeof step === 'string' && matchesPattern(wanted, step);
}
