/** Where a message may begin among bytes whose framing was lost. */
import { MAX_COMPACT_VERSION } from './message-begin.ts';
import { MESSAGE_TYPE } from './thrift-type.ts';

/**
 * The next place that is worth reading a head at; old binary is left out, its beginning is too common.
 *
 * @returns `end` where there is none; a place near the end where more bytes must tell
 */
export function nextMessageStart(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    switch (bytes[at]) {
      case 0:
        if (at + 4 >= end || beginsFramed(bytes, at + 4, end)) return at;
        break;
      case 0x80:
      case 0x82:
        if (beginsMessage(bytes, at, end)) return at;
        break;
      case 0xff:
        if (at + 1 === end || bytes[at + 1] === 0xaf) return at;
        break;
    }
  }
  return end;
}

function beginsFramed(bytes: Uint8Array, at: number, end: number): boolean {
  switch (bytes[at]) {
    case 0x80:
    case 0x82:
      return beginsMessage(bytes, at, end);
    case 0x0f:
      return at + 1 === end || bytes[at + 1] === 0xff;
    case 0x10:
      return at + 1 === end || bytes[at + 1] === 0;
    default:
      return false;
  }
}

/** `80 01 00 TT` or `82 TTTVVVVV`, as far as it is there. */
function beginsMessage(bytes: Uint8Array, at: number, end: number): boolean {
  if (at + 1 === end) return true;
  const second = bytes[at + 1] as number;
  if (bytes[at] === 0x82) {
    const version = second & 0x1f;
    return version >= 1 && version <= MAX_COMPACT_VERSION && isMessageType(second >> 5);
  }
  if (second !== 1) return false;
  if (at + 2 === end) return true;
  if (bytes[at + 2] !== 0) return false;
  return at + 3 === end || isMessageType(bytes[at + 3] as number);
}

function isMessageType(type: number): boolean {
  return type >= MESSAGE_TYPE.call && type <= MESSAGE_TYPE.oneway;
}
