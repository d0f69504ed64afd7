/** One message in full: its head as text, its decoded body as text where it is text, otherwise as a hex dump. */
import { type ByteCount, type Message, messageBytes } from '../../core/index.ts';
import { type BodyView, keptHeadByteCount, parseHead, readBodyText, viewBody } from '../../parser/index.ts';
import { formatByteCount, formatNumberOf } from './amount.ts';
import { hideCredential, hideCredentials } from './credentials.ts';
import { renderHexDump } from './hex-dump.ts';
import { escapeForTerminal, escapeLinesForTerminal } from './terminal-text.ts';

/** Body text shown at most: some screens. */
const MAX_TEXT_BYTES: ByteCount = 16 * 1024;

/** Bytes of a binary body shown at most: 16 rows. */
const MAX_BINARY_BYTES: ByteCount = 256;

/** Head shown at most; servers refuse much smaller ones. */
const MAX_HEAD_BYTES: ByteCount = 64 * 1024;

export interface MessageRendering {
  /** Prints credentials instead of placeholders. */
  readonly withSecrets: boolean;
  /** The body as sent, its codings not undone. */
  readonly raw: boolean;
}

export function renderMessage(message: Message, { withSecrets, raw }: MessageRendering): string {
  const bytes = messageBytes(message);
  const headEnd = keptHeadByteCount(message);
  const parts: string[] = [];
  if (headEnd > 0) {
    const head = decodeHead(bytes.subarray(0, Math.min(headEnd, MAX_HEAD_BYTES)));
    parts.push(escapeLinesForTerminal((withSecrets ? head : hideCredentials(head)).replace(/(\r?\n)+$/, '')));
    if (headEnd > MAX_HEAD_BYTES) parts.push(`… ${formatByteCount(headEnd - MAX_HEAD_BYTES)} more of the head`);
  }
  if (bytes.length > headEnd) {
    const body = bytes.subarray(headEnd);
    parts.push('', ...(raw ? renderBytes({ bytes: body, charset: '', complete: true }) : renderBody(message, body)));
    if (!raw) parts.push(...renderTrailers(message, withSecrets));
  }
  for (const range of message.missing) {
    parts.push(`… ${formatNumberOf(range.byteCount, 'byte')} missing at ${range.offset}`);
  }
  if (message.truncated)
    parts.push(`… cut: ${formatByteCount(bytes.length)} of ${formatByteCount(message.byteCount)} kept`);
  return parts.join('\n');
}

/** The decoded body and how it was decoded; where nothing could be, the body as sent and why. */
function renderBody(message: Message, sent: Uint8Array): string[] {
  const view = viewBody(message);
  const { codings, problem } = view;
  const declared = codings.map(escapeForTerminal).join(', ');
  if (view.bytes.length === 0 && problem !== undefined) {
    return [
      ...renderBytes({ bytes: sent, charset: '', complete: true }),
      `… as sent: ${declared} gives nothing (${escapeForTerminal(problem)})`,
    ];
  }
  const lines = view.bytes.length === 0 ? ['… empty'] : renderBytes(view);
  if (codings.length > 0) lines.push(`… decoded from ${declared}; --raw prints it as sent`);
  // Of a body without codings the missing ranges and the cut tell what is not there.
  if (problem !== undefined && (codings.length > 0 || problem !== 'incomplete')) {
    lines.push(`… not the whole body: ${escapeForTerminal(problem)}`);
  }
  return lines;
}

function renderBytes({ bytes, charset, complete }: Pick<BodyView, 'bytes' | 'charset' | 'complete'>): string[] {
  const shown = bytes.subarray(0, MAX_TEXT_BYTES);
  const text = readBodyText({ bytes: shown, charset, complete: complete && shown.length === bytes.length });
  if (text === undefined) {
    const rest = bytes.length - MAX_BINARY_BYTES;
    return [renderHexDump(bytes, MAX_BINARY_BYTES), ...(rest > 0 ? [`… ${formatByteCount(rest)} more`] : [])];
  }
  const lines = [escapeLinesForTerminal(text.text)];
  const rest = bytes.length - shown.length;
  if (rest > 0) lines.push(`… ${formatByteCount(rest)} more`);
  if (text.charset !== 'utf-8') lines.push(`… read as ${text.charset}`);
  return lines;
}

function renderTrailers(message: Message, withSecrets: boolean): string[] {
  const { trailers } = parseHead(message);
  if (trailers.length === 0) return [];
  const lines = trailers.map(({ name, value }) => `${name}: ${withSecrets ? value : hideCredential(name, value)}`);
  return ['… trailers', ...lines.map(escapeForTerminal)];
}

/** UTF-8 where it is that, otherwise byte by byte: header fields may hold any byte. */
function decodeHead(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}
