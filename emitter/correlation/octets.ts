/** Octets as latin1 texts, one character an octet: values are searched for and written as the wire has them. */
import { decodeText } from './decoded-text.ts';

const LF = 0x0a;
const CR = 0x0d;

export function latin1Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

export function octetsOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** @returns length of the head, empty line included; all of it where no empty line is there */
export function headEnd(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return bytes.length;
}

/** Octets that are percent-encoded undone, others as they are. */
export function percentDecoded(text: string): string {
  return decodeText(text, 'percent')?.text ?? text;
}
