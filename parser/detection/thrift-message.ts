/** Thrift by its first message. */
import { judgeThriftMessage } from '../thrift/first-bytes.ts';
import { sure, UNKNOWN, type Verdict } from './verdict.ts';

/** @returns undefined while more bytes are needed */
export function judgeThrift(bytes: Uint8Array): Verdict | undefined {
  const told = judgeThriftMessage(bytes);
  if (told === 'undecided') return undefined;
  return told === 'unknown' ? UNKNOWN : sure(told);
}
