/** One message in full: its head as text, its body as text where it is text, otherwise as a hex dump. */
import { type ByteCount, type Message, messageBytes } from '../../core/index.ts';
import { formatByteCount, formatNumberOf } from './amount.ts';
import { hideCredentials } from './credentials.ts';
import { renderHexDump } from './hex-dump.ts';
import { escapeLinesForTerminal } from './terminal-text.ts';

/** Body text shown at most: some screens. */
const MAX_TEXT_BYTES: ByteCount = 16 * 1024;

/** Bytes of a binary body shown at most: 16 rows. */
const MAX_BINARY_BYTES: ByteCount = 256;

/** Head shown at most; servers refuse much smaller ones. */
const MAX_HEAD_BYTES: ByteCount = 64 * 1024;

export function renderMessage(message: Message, withSecrets: boolean): string {
  const bytes = messageBytes(message);
  const headEnd = keptHeadByteCount(message);
  const parts: string[] = [];
  if (headEnd > 0) {
    const head = decodeHead(bytes.subarray(0, Math.min(headEnd, MAX_HEAD_BYTES)));
    parts.push(escapeLinesForTerminal((withSecrets ? head : hideCredentials(head)).replace(/(\r?\n)+$/, '')));
    if (headEnd > MAX_HEAD_BYTES) parts.push(`… ${formatByteCount(headEnd - MAX_HEAD_BYTES)} more of the head`);
  }
  if (bytes.length > headEnd) parts.push('', ...renderBody(bytes.subarray(headEnd)));
  for (const range of message.missing) {
    parts.push(`… ${formatNumberOf(range.byteCount, 'byte')} missing at ${range.offset}`);
  }
  if (message.truncated)
    parts.push(`… cut: ${formatByteCount(bytes.length)} of ${formatByteCount(message.byteCount)} kept`);
  return parts.join('\n');
}

function renderBody(body: Uint8Array): string[] {
  const shown = body.subarray(0, MAX_TEXT_BYTES);
  const text = decodeText(shown, shown.length < body.length);
  if (text === undefined) {
    const rest = body.length - MAX_BINARY_BYTES;
    return [renderHexDump(body, MAX_BINARY_BYTES), ...(rest > 0 ? [`… ${formatByteCount(rest)} more`] : [])];
  }
  const rest = body.length - shown.length;
  return [escapeLinesForTerminal(text), ...(rest > 0 ? [`… ${formatByteCount(rest)} more`] : [])];
}

/** Undefined where the bytes are no UTF-8 or hold a NUL, which text never does. */
function decodeText(bytes: Uint8Array, cut: boolean): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: cut });
  } catch {
    return undefined;
  }
}

/** UTF-8 where it is that, otherwise byte by byte: header fields may hold any byte. */
function decodeHead(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

/** Bytes of the head among the kept ones: what is missing of it is not in them. */
export function keptHeadByteCount(message: Message): ByteCount {
  let byteCount = message.headByteCount;
  for (const range of message.missing) {
    const end = Math.min(range.offset + range.byteCount, message.headByteCount);
    byteCount -= Math.max(0, end - range.offset);
  }
  return Math.max(0, byteCount);
}
