/** Method names, each made once: a name seen before costs a hash and a comparison of its octets, and no text. */
import { latin1 } from '../latin1.ts';

export interface MethodName {
  readonly text: string;
  /** Without the service in front of it, which a multiplexed call has and its reply has not. */
  readonly bare: string;
  readonly octets: Uint8Array;
  /** A call of it was answered. */
  answered: boolean;
}

/** Places of the table; names that share one are made again each time they take turns. */
const PLACES = 4096;

/** Longer names are no method's: they are not remembered. */
const MAX_KNOWN_BYTES = 256;

/** Names known at a time. Services have tens of methods; names made up by a sender do not stay. */
const MAX_NAMES = 16_384;

export class MethodNames {
  /** A call of any method was answered. */
  anyAnswered = false;
  readonly #places: (MethodName | undefined)[] = new Array(PLACES).fill(undefined);
  readonly #byText = new Map<string, MethodName>();

  at(bytes: Uint8Array, start: number, end: number): MethodName {
    if (end - start > MAX_KNOWN_BYTES) return newName(bytes, start, end);
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    const place = (hash ^ (hash >>> 15)) & (PLACES - 1);
    const known = this.#places[place];
    if (known !== undefined && isSame(known.octets, bytes, start, end)) return known;
    const name = this.#named(bytes, start, end);
    this.#places[place] = name;
    return name;
  }

  #named(bytes: Uint8Array, start: number, end: number): MethodName {
    const name = newName(bytes, start, end);
    const known = this.#byText.get(name.text);
    if (known !== undefined) return known;
    if (this.#byText.size < MAX_NAMES) this.#byText.set(name.text, name);
    return name;
  }
}

function newName(bytes: Uint8Array, start: number, end: number): MethodName {
  const text = latin1(bytes, start, end);
  const bare = text.slice(text.indexOf(':') + 1);
  return { text, bare, octets: new Uint8Array(bytes.subarray(start, end)), answered: false };
}

function isSame(octets: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (octets.length !== end - start) return false;
  for (let i = 0; i < octets.length; i++) if (octets[i] !== bytes[start + i]) return false;
  return true;
}
