/** Exchanges that carry a secret of their own. */
import type { Exchange } from '../../../core/index.ts';
import { message } from '../exchanges/index.ts';

/** What no file of a store may hold. */
export const TOKEN_HEAD = 'cleartext-token-';

export function withToken(exchange: Exchange, n: number): Exchange {
  const head = `GET /items HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer ${TOKEN_HEAD}${n}-abcdefgh\r\n\r\n`;
  return { ...exchange, request: message(head) };
}
