/**
 * A request of HTTP/1.x in the words of HTTP/2 (RFC 9113, section 8.3.1).
 *
 *     POST /items?id=1 HTTP/1.1      :method  :path
 *     Host: shop.example             :authority
 *     Connection: …, Keep-Alive: …   speak of a connection that is not ours: left out
 *     Transfer-Encoding: chunked     the body goes without chunks, and without trailers
 */
import { type Message, messageBytes, type PreparedRequest } from '../../core/index.ts';
import { type HeaderField, headerValues, parseHead, readFramedBody } from '../../parser/index.ts';

export interface Http2Request {
  readonly verb: string;
  readonly path: string;
  /** Names and values in turn, names in lower case; `host` is the authority. */
  readonly fields: readonly string[];
  /** Undefined where it is empty. */
  readonly body: Uint8Array | undefined;
}

const LF = 0x0a;
const CR = 0x0d;

/** Fields that HTTP/2 must not carry (RFC 9113, section 8.2.2), those that follow from the body, and `Expect`: nobody waits for a 100 here. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  '',
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'content-length',
  'trailer',
  'expect',
  'host',
]);

/** @returns undefined for what cannot be said, such as a request that asks for the whole server (`*`) */
export function toHttp2Request(prepared: PreparedRequest): Http2Request | undefined {
  const bytes = messageBytes({ parts: prepared.parts } as Message);
  const message = { parts: [bytes], headByteCount: headEnd(bytes) };
  const head = parseHead(message);
  if (head.kind !== 'request') return undefined;
  const { fields } = head;
  const place = placeOf(head.target, headerValues(fields, 'host')[0]);
  const body = readFramedBody(message, fields);
  if (place === undefined || body === undefined) return undefined;
  const kept = keptFields(fields);
  if (place.authority !== undefined) kept.push('host', place.authority);
  return { verb: head.verb, path: place.path, fields: kept, body: body.length === 0 ? undefined : body };
}

/** Behind the empty line; everything where there is none. */
function headEnd(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return bytes.length;
}

/** The authority of a target in absolute form counts before `Host` (RFC 9112, section 3.2.2). */
function placeOf(
  target: string,
  host: string | undefined,
): { readonly path: string; readonly authority: string | undefined } | undefined {
  const authority = host === '' ? undefined : host;
  if (target.startsWith('/')) return { path: target, authority };
  const absolute = /^https?:\/\/([^/?#@]+)(.*)$/i.exec(target);
  if (absolute === null) return undefined;
  const [, named = '', rest = ''] = absolute;
  return { path: rest.startsWith('/') ? rest : `/${rest}`, authority: named };
}

function keptFields(fields: readonly HeaderField[]): string[] {
  const named = headerValues(fields, 'connection').flatMap((value) => value.toLowerCase().split(','));
  const hopByHop = new Set(named.map((name) => name.trim()));
  const kept: string[] = [];
  for (const { name, value } of fields) {
    const lower = name.toLowerCase();
    if (LEFT_OUT.has(lower) || hopByHop.has(lower)) continue;
    if (lower === 'te' && value.toLowerCase() !== 'trailers') continue;
    kept.push(lower, value);
  }
  return kept;
}
