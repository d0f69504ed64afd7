/**
 * What an action makes of a value.
 *
 *     replace  EMAIL_ADDRESS             mask     ************1111
 *     redact   (nothing)                 hash     5d41402abc4b2a76b9719d911017c592…, or as many digits as the value
 *     encrypt  sealed.9f86d081.AQAA…     the key's id and the envelope of core/sealing in base64url
 *
 * What it makes has no character that needs an escape in a header, a URL or JSON, but for texts of the user.
 */
import { createHmac } from 'node:crypto';
import { type KeyRing, type NonceSource, seal, type Unsealed, unseal } from '../../core/index.ts';
import type { MaskAction } from './masking-rule.ts';

const ENCRYPTED = /^sealed\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)$/;

export interface Sealer {
  readonly ring: KeyRing;
  readonly nonces: NonceSource;
}

/** @param sealer there where a rule encrypts */
export function changedValue(action: MaskAction, value: string, sealer: Sealer | undefined): string {
  switch (action.kind) {
    case 'replace':
      return action.text;
    case 'redact':
      return '';
    case 'mask':
      return maskedText(value, action.char, action.from, action.keep);
    case 'hash':
      return action.sameLength ? digitsLike(value, hmac(action.key, value)) : hmac(action.key, value).toString('hex');
    case 'encrypt':
      // Without a key nothing is kept: that is the safe side.
      return sealer === undefined ? '' : encrypted(value, sealer);
    case 'keep':
      return value;
    default:
      return action satisfies never;
  }
}

/** What `encrypt` put in place of a value, for who holds the key. @returns undefined for any other text */
export function openEncrypted(text: string, ring: KeyRing): Unsealed | undefined {
  const [, keyId, envelope] = ENCRYPTED.exec(text) ?? [];
  if (keyId === undefined || envelope === undefined) return undefined;
  return unseal(ring, keyId, Buffer.from(envelope, 'base64url'));
}

/** A number made of a hash, for values that are numbers on the wire. @param bits of it, the sign left out */
export function hashedNumber(key: Uint8Array, value: string, bits: number): bigint {
  return BigInt.asUintN(bits, hmac(key, value).readBigUInt64BE());
}

function maskedText(value: string, char: string, from: 'left' | 'right', keep: number): string {
  const characters = [...value];
  const kept = keep < characters.length ? keep : 0;
  const filler = char.repeat(characters.length - kept);
  if (kept === 0) return filler;
  return from === 'left' ? filler + characters.slice(-kept).join('') : characters.slice(0, kept).join('') + filler;
}

function hmac(key: Uint8Array, value: string): Buffer {
  return createHmac('sha256', key).update(value).digest();
}

/** Decimal digits where the value has only those, hexadecimal ones otherwise; repeated where it is longer. */
function digitsLike(value: string, digest: Buffer): string {
  const hex = digest.toString('hex');
  const isDecimal = /^\d+$/.test(value);
  const digits = isDecimal ? `1${BigInt(`0x${hex}`)}`.replace(/^1(?=[1-9])/, '') : hex;
  return digits.repeat(Math.ceil(value.length / digits.length)).slice(0, value.length);
}

function encrypted(value: string, { ring, nonces }: Sealer): string {
  const envelope = seal(ring.current, Buffer.from(value), nonces.next());
  return `sealed.${ring.current.id}.${Buffer.from(envelope).toString('base64url')}`;
}
