/** The other end of the parser's language: a request back to the bytes that were captured. */
import { type Message, messageBytes } from '../../core/index.ts';

/**
 * The bytes of a request as its sender sent them, framing included, in one piece; not copied where they are kept so.
 *
 * @param from a message, an exchange, or a request that was announced
 * @returns undefined where there is no request, or it is not whole: incomplete, cut at the body limit, with bytes missing
 */
export function serialiseRequest(from: Message | { readonly request: Message | undefined }): Uint8Array | undefined {
  const message = 'parts' in from ? from : from.request;
  if (message === undefined || !message.complete || message.truncated || message.missing.length > 0) return undefined;
  return messageBytes(message);
}
