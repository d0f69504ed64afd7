/**
 * A text with its escapes undone, each character knowing where it stood: a value is found however it is escaped, and
 * only its own octets are replaced.
 *
 *   percent   %41%2Fb   →   A/b                 json   \u0041\/b   →   A/b
 */

export interface DecodedText {
  readonly text: string;
  /** For each character its place in the text as written, and behind the last one that text's end. */
  readonly places: Uint32Array;
}

export type Escaping = 'percent' | 'json';

const PERCENT = 0x25;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** @returns undefined where nothing is escaped that way; what is no escape stays as it is */
export function decodeText(written: string, escaping: Escaping): DecodedText | undefined {
  const mark = escaping === 'percent' ? PERCENT : BACKSLASH;
  if (!written.includes(String.fromCharCode(mark))) return undefined;
  const places = new Uint32Array(written.length + 1);
  const pieces: string[] = [];
  let length = 0;
  let plainFrom = 0;
  for (let at = 0; at < written.length; ) {
    const found = written.charCodeAt(at) !== mark ? undefined : escapeAt(written, at, escaping);
    if (found === undefined) {
      places[length++] = at++;
      continue;
    }
    pieces.push(written.slice(plainFrom, at), found.octets);
    for (let i = 0; i < found.octets.length; i++) places[length++] = at;
    at += found.length;
    plainFrom = at;
  }
  places[length] = written.length;
  return { text: pieces.join('') + written.slice(plainFrom), places };
}

function escapeAt(
  written: string,
  at: number,
  escaping: Escaping,
): { readonly octets: string; readonly length: number } | undefined {
  if (escaping === 'percent') {
    const code = hexAt(written, at + 1, 2);
    return code === undefined ? undefined : { octets: String.fromCharCode(code), length: 3 };
  }
  if (written.charCodeAt(at + 1) === LOWER_U) {
    const code = hexAt(written, at + 2, 4);
    if (code === undefined) return undefined;
    // No escape is more octets than it has characters, so that the places hold them all.
    return { octets: Buffer.from(String.fromCharCode(code)).toString('latin1'), length: 6 };
  }
  const octets = SHORT_ESCAPES[written[at + 1] ?? ''];
  return octets === undefined ? undefined : { octets, length: 2 };
}

function hexAt(text: string, at: number, digits: number): number | undefined {
  const written = text.slice(at, at + digits);
  return written.length === digits && /^[0-9a-f]+$/i.test(written) ? Number.parseInt(written, 16) : undefined;
}
