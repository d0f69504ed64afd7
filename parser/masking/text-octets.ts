/** Octets as latin1 ↔ the text that they are in UTF-8, percent-escapes undone or not. */

const BEYOND_ASCII = /[\u0080-\uffff]/;
const NOT_UNRESERVED = /[^A-Za-z0-9\-._~*]+/g;

/** As they are where they are no UTF-8. */
export function textOf(octets: string): string {
  if (!BEYOND_ASCII.test(octets)) return octets;
  const bytes = Buffer.from(octets, 'latin1');
  const text = bytes.toString();
  return text.includes('\ufffd') ? octets : text;
}

/** What `textOf` gave, changed. @param octets that it was made of */
export function octetsOf(text: string, octets: string): string {
  if (!BEYOND_ASCII.test(text)) return text;
  // What was no UTF-8 was taken octet by octet.
  return textOf(octets) === octets && BEYOND_ASCII.test(octets) ? text : Buffer.from(text).toString('latin1');
}

/** `%20` and, in queries and forms, `+` undone; the text as it stands where the escapes are none. */
export function unescaped(octets: string, plusIsSpace: boolean): string {
  const spaced = plusIsSpace ? octets.replaceAll('+', ' ') : octets;
  if (!spaced.includes('%')) return textOf(spaced);
  try {
    return decodeURIComponent(textOf(spaced));
  } catch {
    return textOf(spaced);
  }
}

/** Octets of UTF-8 with escapes for all but the unreserved characters (RFC 3986, section 2.3) and `*`. */
export function escaped(text: string): string {
  return text.replace(NOT_UNRESERVED, (some) =>
    Array.from(Buffer.from(some), (octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/** For a line of a head: what would end it is a blank. */
export function inLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return Buffer.from(text.replace(/[\0-\x08\x0a-\x1f\x7f]+/g, ' ')).toString('latin1');
}
