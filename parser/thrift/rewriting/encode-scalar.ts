/** A new value for a field, in the type that it has on the wire. */
import { COMPACT_TYPE } from '../thrift-type.ts';
import type { ThriftValue } from '../view/thrift-value.ts';
import { i32Octets, u16Octets, varintOctets, zigzagOctets } from './octets.ts';
import type { Splice } from './splice.ts';

/** Integers also as decimal text. */
export type ThriftScalar = string | Uint8Array | number | bigint | boolean;

export interface WireForm {
  readonly compact: boolean;
  readonly littleEndianDoubles: boolean;
}

/**
 * @param payload of the message that the value is in
 * @param inField otherwise an element of a container
 * @returns undefined where the new value does not fit the type; no splices where it is the old one
 */
export function scalarSplices(
  payload: Uint8Array,
  value: ThriftValue,
  scalar: ThriftScalar,
  { compact, littleEndianDoubles }: WireForm,
  inField: boolean,
): readonly Splice[] | undefined {
  const { start, end } = value;
  switch (value.type) {
    case 'bool': {
      if (typeof scalar !== 'boolean') return undefined;
      if (scalar === value.value) return [];
      const octet = compact ? (scalar ? COMPACT_TYPE.true : COMPACT_TYPE.false) : Number(scalar);
      // A bool field of the compact protocol is the type in its header; a long id stands behind that.
      const kept = compact && inField ? (payload[start] as number) & 0xf0 : 0;
      return [{ start, end: start + 1, octets: Buffer.from([kept | octet]) }];
    }
    case 'i8':
    case 'i16':
    case 'i32':
    case 'i64': {
      const number = integerOf(scalar, BITS[value.type]);
      if (number === undefined) return undefined;
      if (number === BigInt(value.value)) return [];
      return [{ start, end, octets: integerOctets(number, value.type, compact) }];
    }
    case 'double': {
      if (typeof scalar !== 'number') return undefined;
      if (Object.is(scalar, value.value)) return [];
      const octets = Buffer.alloc(end - start);
      if (octets.length === 4) octets.writeFloatBE(scalar);
      else if (littleEndianDoubles) octets.writeDoubleLE(scalar);
      else octets.writeDoubleBE(scalar);
      return [{ start, end, octets }];
    }
    case 'string': {
      const octets = typeof scalar === 'string' ? Buffer.from(scalar) : scalar;
      if (!(octets instanceof Uint8Array)) return undefined;
      if (Buffer.from(value.bytes).equals(octets)) return [];
      const length = compact ? varintOctets(octets.length) : i32Octets(octets.length);
      return [{ start, end, octets: Buffer.concat([length, octets]) }];
    }
    case 'uuid': {
      const digits = typeof scalar === 'string' ? scalar.replaceAll('-', '') : '';
      if (!/^[0-9a-f]{32}$/i.test(digits)) return undefined;
      return [{ start, end, octets: Buffer.from(digits, 'hex') }];
    }
    case 'struct':
    case 'list':
    case 'set':
    case 'map':
      return undefined;
    default:
      return value satisfies never;
  }
}

const BITS = { i8: 8, i16: 16, i32: 32, i64: 64 } as const;

const DECIMAL = /^-?\d{1,20}$/;

/** @param scalar decimal text too: what people write down holds no i64 otherwise */
function integerOf(scalar: ThriftScalar, bits: number): bigint | undefined {
  const isWhole =
    typeof scalar === 'bigint' ||
    (typeof scalar === 'number' && Number.isSafeInteger(scalar)) ||
    (typeof scalar === 'string' && DECIMAL.test(scalar));
  if (!isWhole) return undefined;
  const number = BigInt(scalar);
  return BigInt.asIntN(bits, number) === number ? number : undefined;
}

function integerOctets(number: bigint, type: 'i8' | 'i16' | 'i32' | 'i64', compact: boolean): Uint8Array {
  if (type === 'i8') return Buffer.from([Number(number) & 0xff]);
  if (compact) return zigzagOctets(number);
  if (type === 'i16') return u16Octets(Number(number) & 0xffff);
  if (type === 'i32') return i32Octets(Number(number));
  const octets = Buffer.alloc(8);
  octets.writeBigInt64BE(number);
  return octets;
}
