/**
 * Text as a JSON string that is also safe to show on a terminal.
 *
 * Beyond what JSON asks for (RFC 8259, section 7) it escapes DEL, C1 controls, marks that turn the writing direction,
 * line separators and lone surrogates; the value stays the same.
 */
const SUSPECT = /["\\\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/u;
const UNSAFE = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Texts of at most this length are looked through by hand, which is faster than a regular expression. */
const SHORT = 64;

export function quoteJson(text: string): string {
  return isPlain(text) ? `"${text}"` : JSON.stringify(text).replace(UNSAFE, escapeUnit);
}

function isPlain(text: string): boolean {
  if (text.length > SHORT) return !SUSPECT.test(text);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false;
  }
  return true;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
