/** Whether a direction speaks Thrift, told from its first bytes, and who it is: the client or the server. */
import type { ByteCount } from '../../core/index.ts';
import { INCOMPLETE } from './message-begin.ts';
import { MessageHead } from './message-head.ts';
import { MESSAGE_TYPE } from './thrift-type.ts';

/** Longer transport headers are judged by their beginning. */
const MAX_LOOKED_AT: ByteCount = 1024;

export type ThriftVerdict =
  /** A client's message. */
  | 'thrift-call'
  /** A server's message. */
  | 'thrift-reply'
  /** Thrift, but whose is not told: a transport header with a payload that cannot be read. */
  | 'thrift'
  | 'undecided'
  | 'unknown';

const head = new MessageHead(MAX_LOOKED_AT * 4);

/** A verdict that is not `undecided` stays the same however many bytes follow. */
export function judgeThriftMessage(bytes: Uint8Array): ThriftVerdict {
  const read = head.read(bytes, 0, bytes.length, true, true);
  if (read === INCOMPLETE) {
    if (bytes.length < MAX_LOOKED_AT) return 'undecided';
    // Only behind a transport header can so much be missing.
    return bytes[0] === 0 ? 'thrift' : 'unknown';
  }
  if (read < 0) return 'unknown';
  switch (head.type) {
    case MESSAGE_TYPE.call:
    case MESSAGE_TYPE.oneway:
      return 'thrift-call';
    case MESSAGE_TYPE.reply:
    case MESSAGE_TYPE.exception:
      return 'thrift-reply';
    default:
      return 'thrift';
  }
}
