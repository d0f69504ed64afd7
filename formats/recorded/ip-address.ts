/** Addresses as text → their bytes, as packets carry them. Total: what is no address is the unspecified one. */

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const WORD = /^[0-9a-f]{1,4}$/i;
const IPV6_WORDS = 8;

/** @returns 4 bytes for IPv4, 16 for IPv6 (RFC 4291, section 2.2, with or without a zone) */
export function addressBytes(address: string): Buffer {
  if (IPV4.test(address)) return Buffer.from(address.split('.').map(Number));
  return address.includes(':') ? ipv6Bytes(address) : Buffer.alloc(4);
}

function ipv6Bytes(address: string): Buffer {
  const bytes = Buffer.alloc(16);
  const [text = ''] = address.split('%');
  const [before = '', after, ...more] = withoutDots(text).split('::');
  const [head, tail] = [wordsOf(before), wordsOf(after ?? '')];
  const zeros = IPV6_WORDS - head.length - tail.length;
  const words = [...head, ...tail];
  const isWhole = after === undefined ? zeros === 0 : zeros > 0;
  if (more.length > 0 || !isWhole || !words.every((word) => WORD.test(word))) return bytes;
  for (const [index, word] of words.entries()) {
    bytes.writeUInt16BE(Number.parseInt(word, 16), 2 * (index < head.length ? index : index + zeros));
  }
  return bytes;
}

function wordsOf(part: string): readonly string[] {
  return part === '' ? [] : part.split(':');
}

/** `::ffff:10.0.0.1` as words only. */
function withoutDots(text: string): string {
  const start = text.lastIndexOf(':') + 1;
  const last = text.slice(start);
  if (!IPV4.test(last)) return text;
  const bytes = Buffer.from(last.split('.').map(Number));
  return `${text.slice(0, start)}${bytes.readUInt16BE(0).toString(16)}:${bytes.readUInt16BE(2).toString(16)}`;
}
