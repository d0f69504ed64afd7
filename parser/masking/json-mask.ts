/**
 * Values of JSON, in their places: blanks, order and all other values keep every character. Texts stay texts; numbers, true
 * and false become what a rule says as a number where it is one, otherwise as a text, and null where nothing is left.
 *
 * Several values one after the other, as lines of JSON, are taken too. Source: RFC 8259.
 */
import type { MaskRun, Slot } from './mask-run.ts';
import { ANYWHERE } from './mask-run.ts';

const MAX_NESTING = 500;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const BLANKS = /[ \t\r\n]*/y;

interface Level {
  readonly isObject: boolean;
  /** Of a member whose name is secret, or that lies below one. */
  secret: boolean;
  readonly above: boolean;
  /** The last name says that a number of it is secret too. */
  numbers: boolean;
}

/** @returns the text where nothing changes; undefined where it is no JSON */
export function maskJson(text: string, run: MaskRun): string | undefined {
  return new JsonMask(text, run).run();
}

class JsonMask {
  readonly #text: string;
  readonly #run: MaskRun;
  readonly #path: (string | number)[] = [];
  readonly #levels: Level[] = [];
  readonly #out: string[] = [];
  #written = 0;
  #at = 0;

  constructor(text: string, run: MaskRun) {
    this.#text = text;
    this.#run = run;
  }

  run(): string | undefined {
    const text = this.#text;
    this.#blanks();
    do {
      if (!this.#value()) return undefined;
      this.#blanks();
    } while (this.#at < text.length);
    return this.#written === 0 ? text : this.#out.join('') + text.slice(this.#written);
  }

  /** One with all that it holds. @returns false where it is none */
  #value(): boolean {
    const text = this.#text;
    const depth = this.#levels.length;
    while (true) {
      const character = text[this.#at];
      if (character === '{' || character === '[') {
        const opened = this.#open(character === '{');
        if (opened === undefined) return false;
        if (opened === 'value') continue;
      } else if (!this.#scalar()) return false;
      while (this.#levels.length > depth) {
        const goesOn = this.#behindValue();
        if (goesOn === undefined) return false;
        if (goesOn) break;
      }
      if (this.#levels.length === depth) return true;
    }
  }

  /** @returns what comes next; undefined where nothing can */
  #open(isObject: boolean): 'value' | 'end' | undefined {
    if (this.#levels.length >= MAX_NESTING) return undefined;
    const above = this.#levels.at(-1);
    const secret = above?.secret === true;
    this.#levels.push({ isObject, secret, above: secret, numbers: above?.numbers === true });
    this.#at++;
    this.#blanks();
    if (this.#text[this.#at] === (isObject ? '}' : ']')) {
      this.#path.push('');
      return 'end';
    }
    this.#path.push(0);
    return !isObject || this.#name() ? 'value' : undefined;
  }

  /** Over a comma to the next value, or over the bracket that closes. @returns undefined where neither is there */
  #behindValue(): boolean | undefined {
    const level = this.#levels.at(-1) as Level;
    this.#blanks();
    const character = this.#text[this.#at];
    if (character === (level.isObject ? '}' : ']')) {
      this.#at++;
      this.#levels.pop();
      this.#path.pop();
      return false;
    }
    if (character !== ',') return undefined;
    this.#at++;
    this.#blanks();
    if (level.isObject) return this.#name() ? true : undefined;
    const place = this.#path.length - 1;
    this.#path[place] = (this.#path[place] as number) + 1;
    return true;
  }

  #name(): boolean {
    const name = this.#string(ANYWHERE);
    if (name === undefined) return false;
    this.#blanks();
    if (this.#text[this.#at] !== ':') return false;
    this.#at++;
    this.#blanks();
    this.#path[this.#path.length - 1] = name;
    const level = this.#levels.at(-1) as Level;
    const { names } = this.#run;
    level.secret = level.above || names.isSecretInBody(name);
    level.numbers = level.secret && names.isSecretNumber(name);
    return true;
  }

  #scalar(): boolean {
    const level = this.#levels.at(-1);
    if (this.#text[this.#at] === '"') {
      return this.#string({ jsonPath: this.#path, secret: level?.secret === true }) !== undefined;
    }
    SCALAR.lastIndex = this.#at;
    const scalar = SCALAR.exec(this.#text)?.[0];
    if (scalar === undefined) return false;
    const start = this.#at;
    this.#at += scalar.length;
    const masked =
      scalar === 'null' ? undefined : this.#run.mask(scalar, { jsonPath: this.#path, secret: level?.numbers === true });
    if (masked?.changed) this.#write(start, scalarOf(masked.text));
    return true;
  }

  /** @returns what it says; undefined where it is no text */
  #string(slot: Slot): string | undefined {
    const start = this.#at;
    if (this.#text[start] !== '"') return undefined;
    const end = this.#endOfString(start);
    if (end < 0) return undefined;
    this.#at = end;
    const said = this.#said(start, end);
    if (said === undefined) return undefined;
    const masked = this.#run.mask(said, slot);
    if (masked?.changed) this.#write(start, JSON.stringify(masked.text));
    return said;
  }

  #said(start: number, end: number): string | undefined {
    const inner = this.#text.slice(start + 1, end - 1);
    if (!inner.includes('\\')) return inner;
    try {
      return JSON.parse(`"${inner}"`) as string;
    } catch {
      return undefined;
    }
  }

  /** Behind its quote, -1 where it has none. */
  #endOfString(start: number): number {
    for (let at = start + 1; ; ) {
      const quote = this.#text.indexOf('"', at);
      if (quote < 0) return -1;
      let before = quote - 1;
      while (this.#text[before] === '\\' && before > start) before--;
      if ((quote - before) % 2 === 1) return quote + 1;
      at = quote + 1;
    }
  }

  #write(start: number, text: string): void {
    this.#out.push(this.#text.slice(this.#written, start), text);
    this.#written = this.#at;
  }

  #blanks(): void {
    BLANKS.lastIndex = this.#at;
    this.#at += BLANKS.exec(this.#text)?.[0].length ?? 0;
  }
}

function scalarOf(text: string): string {
  if (text === '') return 'null';
  return NUMBER.test(text) ? text : JSON.stringify(text);
}
