/** The octets that HTTP/1 framing turns on (RFC 9112, section 2.2; RFC 9110, section 5.6). */
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;

/** Set in every lower-case ASCII letter; leaves digits and `-` as they are, so `octet | LOWER` compares without case. */
export const LOWER = 0x20;

/** 1 for the octets of a token (RFC 9110, section 5.6.2): what verbs and field names are made of. */
export const TOKEN_OCTET: Uint8Array = tokenTable();

function tokenTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (const char of "!#$%&'*+-.^_`|~0123456789") table[char.charCodeAt(0)] = 1;
  for (let i = 0; i < 26; i++) {
    table[0x41 + i] = 1;
    table[0x61 + i] = 1;
  }
  return table;
}

/** Lower-case latin1 octets of a name, each with {@link LOWER} set: what field names are compared with. */
export function foldedOctets(name: string): Uint8Array {
  return Uint8Array.from(name, (char) => char.charCodeAt(0) | LOWER);
}
