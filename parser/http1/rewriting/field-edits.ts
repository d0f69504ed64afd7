/**
 * Edits of header fields, and the one pass over a head that applies them.
 *
 * The head is text here, its octets as latin1: slicing and joining strings costs a third of copying octets, and the new
 * head is written once.
 */
const COLON = 0x3a;
const CR = 0x0d;
const HTAB = 0x09;
const LF = 0x0a;
/** Makes an ASCII letter lower case. */
const LOWER = 0x20;
const SP = 0x20;

export interface FieldEdit {
  readonly name: string;
  /** Undefined where the field is removed. */
  readonly value: string | undefined;
}

interface Prepared {
  /** Codes of the name's characters, case folded. */
  readonly name: readonly number[];
  /** ` value CRLF`, to follow the colon; undefined where the field is removed. */
  readonly value: string | undefined;
  /** `Name: value CRLF`; empty where the field is removed. */
  readonly line: string;
}

export class FieldEdits {
  readonly #edits: readonly Prepared[];
  /** 1 for the first letters of names. */
  readonly #letters = new Uint8Array(256);
  readonly #seen: Uint8Array;

  /** @param edits names and values of latin1 characters, each name once */
  constructor(edits: readonly FieldEdit[]) {
    this.#edits = edits.map(({ name, value }) => ({
      name: Array.from(name, (char) => char.charCodeAt(0) | LOWER),
      value: value === undefined ? undefined : ` ${value}\r\n`,
      line: value === undefined ? '' : `${name}: ${value}\r\n`,
    }));
    this.#seen = new Uint8Array(edits.length);
    for (const { name } of this.#edits) this.#letters[name[0] as number] = 1;
  }

  /**
   * @param head from the first line to the empty one
   * @param fieldsAt position behind the first line
   * @returns what follows the first line, edited
   */
  apply(head: string, fieldsAt: number): string {
    const edits = this.#edits;
    if (edits.length === 0) return head.slice(fieldsAt);
    const seen = this.#seen.fill(0);
    let out = '';
    let keptFrom = fieldsAt;
    let at = fieldsAt;
    while (at < head.length) {
      const first = head.charCodeAt(at);
      if (first === LF || (first === CR && head.charCodeAt(at + 1) === LF)) break;
      const lineEnd = endOfField(head, at);
      const place = this.#letters[(first | LOWER) & 0xff] === 1 ? this.#editOf(head, at, first) : -1;
      if (place >= 0) {
        const { value } = edits[place] as Prepared;
        if (value === undefined || seen[place] === 1) out += head.slice(keptFrom, at);
        else out += head.slice(keptFrom, head.indexOf(':', at) + 1) + value;
        seen[place] = 1;
        keptFrom = lineEnd;
      }
      at = lineEnd;
    }
    out += head.slice(keptFrom, at);
    for (let i = 0; i < edits.length; i++) if (seen[i] === 0) out += (edits[i] as Prepared).line;
    return out + head.slice(at);
  }

  /** Place of the edit that names the field of this line, or -1. */
  #editOf(head: string, at: number, first: number): number {
    const edits = this.#edits;
    for (let i = 0; i < edits.length; i++) {
      const { name } = edits[i] as Prepared;
      if (name[0] !== (first | LOWER) || !isNameAt(head, at, name)) continue;
      let colon = at + name.length;
      while (isBlank(head.charCodeAt(colon))) colon++;
      if (head.charCodeAt(colon) === COLON) return i;
    }
    return -1;
  }
}

function isNameAt(head: string, at: number, name: readonly number[]): boolean {
  for (let i = 1; i < name.length; i++) if ((head.charCodeAt(at + i) | LOWER) !== name[i]) return false;
  return true;
}

function isBlank(code: number): boolean {
  return code === SP || code === HTAB;
}

/** Position behind the field that begins at `at`, with the lines folded into it. */
function endOfField(head: string, at: number): number {
  let end = at;
  do end = head.indexOf('\n', end) + 1;
  while (end > 0 && isBlank(head.charCodeAt(end)));
  return end === 0 ? head.length : end;
}
