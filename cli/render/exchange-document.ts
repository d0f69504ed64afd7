/** One exchange in full as a JSON line: the fields of every exchange line, and both messages with head and body. */
import { type Exchange, type Message, messageBytes } from '../../core/index.ts';
import { formatExchangeLine } from '../../formats/index.ts';
import { hideCredentials } from './credentials.ts';
import { keptHeadByteCount } from './message.ts';

/**
 * Heads are text with credentials as placeholders unless `withSecrets`; bodies are as sent, transfer coding included:
 * `utf8` where they are that, otherwise `base64`.
 */
export function renderExchangeDocument(exchange: Exchange, withSecrets: boolean): string {
  const line = JSON.parse(formatExchangeLine(exchange)) as Record<string, unknown>;
  const message = (one: Message | undefined) => (one === undefined ? null : messageDocument(one, withSecrets));
  return JSON.stringify({ ...line, request: message(exchange.request), response: message(exchange.response) });
}

function messageDocument(message: Message, withSecrets: boolean) {
  const bytes = Buffer.from(messageBytes(message));
  const headEnd = keptHeadByteCount(message);
  const head = bytes.subarray(0, headEnd).toString('latin1');
  return {
    head: withSecrets ? head : hideCredentials(head),
    ...bodyDocument(bytes.subarray(headEnd)),
    complete: message.complete,
    truncated: message.truncated,
    missing: message.missing,
  };
}

function bodyDocument(body: Buffer): { body: string; bodyEncoding: 'utf8' | 'base64' } {
  try {
    return { body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body), bodyEncoding: 'utf8' };
  } catch {
    return { body: body.toString('base64'), bodyEncoding: 'base64' };
  }
}
