/**
 * Where the values of a path stand in a JSON text, without making a tree of it: what is not asked for keeps every octet,
 * numbers of any size among them.
 *
 * The text is octets as latin1, so that places in it are places in the body. Of members of one name, all are found. A
 * text that ends early or holds what no JSON has is no JSON; so is one that nests deeper than {@link MAX_NESTING}.
 *
 * Source: RFC 8259.
 */
import { EVERY, type JsonStep } from '../../../parser/index.ts';

export interface JsonPlace {
  readonly start: number;
  readonly end: number;
}

/** An object or array of which something was found. */
export interface JsonContainer {
  /** Behind its bracket. */
  readonly open: number;
  /** Members with their names, or elements. */
  readonly items: readonly JsonPlace[];
  /** For each item, whether the path leads to it. */
  readonly found: readonly boolean[];
}

export interface LocatedJson {
  readonly values: readonly JsonPlace[];
  readonly containers: readonly JsonContainer[];
}

const MAX_NESTING = 500;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
/** The octets of U+FEFF. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';
const OFF_PATH = -1;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** @returns undefined where the text is no JSON */
export function locateJson(text: string, path: readonly JsonStep[]): LocatedJson | undefined {
  return new JsonWalk(text, path).run();
}

class JsonWalk {
  readonly #text: string;
  /** Names as the octets that they have in the text. */
  readonly #path: readonly JsonStep[];
  readonly #values: JsonPlace[] = [];
  readonly #containers: JsonContainer[] = [];
  #at = 0;

  constructor(text: string, path: readonly JsonStep[]) {
    this.#text = text;
    this.#path = path.map((step) => (typeof step === 'string' ? Buffer.from(step).toString('latin1') : step));
  }

  run(): LocatedJson | undefined {
    if (this.#text.startsWith(BYTE_ORDER_MARK)) this.#at = BYTE_ORDER_MARK.length;
    if (!this.#value(0, 0)) return undefined;
    this.#next();
    return this.#at === this.#text.length ? { values: this.#values, containers: this.#containers } : undefined;
  }

  /** @param step place in the path, or {@link OFF_PATH} @returns false where no value begins or ends */
  #value(step: number, nesting: number): boolean {
    const code = this.#next();
    const start = this.#at;
    if (nesting > MAX_NESTING) return false;
    const ended =
      code === OPEN_OBJECT || code === OPEN_ARRAY
        ? this.#container(step, nesting, code === OPEN_OBJECT)
        : code === QUOTE
          ? this.#string()
          : this.#scalar();
    if (ended && step === this.#path.length) this.#values.push({ start, end: this.#at });
    return ended;
  }

  #container(step: number, nesting: number, isObject: boolean): boolean {
    const open = ++this.#at;
    const close = isObject ? CLOSE_OBJECT : CLOSE_ARRAY;
    if (this.#next() === close) {
      this.#at++;
      return true;
    }
    const wanted = step === OFF_PATH ? undefined : this.#path[step];
    const isLast = wanted !== undefined && step === this.#path.length - 1;
    const items: JsonPlace[] = [];
    const found: boolean[] = [];
    for (let place = 0; ; place++) {
      const code = this.#next();
      const start = this.#at;
      let isWanted = !isObject && (wanted === place || wanted === EVERY);
      if (isObject) {
        if (code !== QUOTE || !this.#string()) return false;
        isWanted = typeof wanted === 'string' && isName(this.#text.slice(start + 1, this.#at - 1), wanted);
        if (this.#next() !== COLON) return false;
        this.#at++;
      }
      if (!this.#value(isWanted ? step + 1 : OFF_PATH, nesting + 1)) return false;
      if (isLast) {
        items.push({ start, end: this.#at });
        found.push(isWanted);
      }
      const behind = this.#next();
      this.#at++;
      if (behind === close) break;
      if (behind !== COMMA) return false;
    }
    if (found.includes(true)) this.#containers.push({ open, items, found });
    return true;
  }

  /** To behind the quote that ends it. */
  #string(): boolean {
    let end = this.#at;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) return false;
    } while (this.#isEscaped(end));
    this.#at = end + 1;
    return true;
  }

  #isEscaped(quote: number): boolean {
    let before = quote - 1;
    while (this.#text.charCodeAt(before) === BACKSLASH) before--;
    return (quote - before) % 2 === 0;
  }

  #scalar(): boolean {
    SCALAR.lastIndex = this.#at;
    if (!SCALAR.test(this.#text)) return false;
    this.#at = SCALAR.lastIndex;
    return true;
  }

  /** Passes blanks. @returns the character there, NaN at the end */
  #next(): number {
    let code = this.#text.charCodeAt(this.#at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = this.#text.charCodeAt(++this.#at);
    return code;
  }
}

/** @param octets between the quotes */
function isName(octets: string, name: string): boolean {
  if (!octets.includes('\\')) return octets === name;
  return jsonStringText(`"${octets}"`) === Buffer.from(name, 'latin1').toString();
}

/** What a JSON string says. @param octets with its quotes @returns undefined where it has escapes that JSON has not */
export function jsonStringText(octets: string): string | undefined {
  try {
    return JSON.parse(Buffer.from(octets, 'latin1').toString()) as string;
  } catch {
    return undefined;
  }
}
