/** A body without the framing of HTTP/1.x, its content codings kept: what another protocol carries of it. */
import { bodyCodings } from './body-view.ts';
import { readChunked } from './chunked-view.ts';
import type { HeaderField } from './header-field.ts';
import { keptBody, type ViewableMessage } from './message-bytes.ts';

/**
 * @param fields the message's own
 * @returns a view of the message where it is one piece there; undefined where chunks are broken, and for transfer codings
 *   other than `chunked`
 */
export function readFramedBody(message: ViewableMessage, fields: readonly HeaderField[]): Uint8Array | undefined {
  const { transfer } = bodyCodings(fields);
  const body = keptBody(message);
  if (transfer.length === 0) return body.bytes;
  if (transfer.length > 1 || transfer[0] !== 'chunked') return undefined;
  const { data, state } = readChunked(body);
  return state === 'complete' ? data : undefined;
}
