/** Addresses from 32-bit words to text. */

/** IPv4, dotted. */
export function formatIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 0xff}.${(word >>> 8) & 0xff}.${word & 0xff}`;
}

/** IPv6 in the one form of RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
export function formatIpv6(word0: number, word1: number, word2: number, word3: number): string {
  const groups = [word0, word1, word2, word3].flatMap((word) => [word >>> 16, word & 0xffff]);
  let [runStart, runLength] = [0, 0];
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > runLength) [runStart, runLength] = [start, length];
  }
  const digits = groups.map((group) => group.toString(16));
  if (runLength < 2) return digits.join(':');
  return `${digits.slice(0, runStart).join(':')}::${digits.slice(runStart + runLength).join(':')}`;
}
