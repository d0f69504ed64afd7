/** Numbers as octets of the Thrift protocols. */

export function u16Octets(value: number): Buffer {
  const octets = Buffer.alloc(2);
  octets.writeUInt16BE(value);
  return octets;
}

export function i32Octets(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeInt32BE(value | 0);
  return octets;
}

/** Unsigned LEB128. @param value not negative */
export function varintOctets(value: number | bigint): Buffer {
  const octets: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 0x80n; rest >>= 7n) octets.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...octets, Number(rest)]);
}

export function zigzagOctets(value: bigint): Buffer {
  return varintOctets(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
}
