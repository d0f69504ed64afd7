/**
 * A message as HAR has it → its bytes as HTTP/1 sends them. What HAR does not hold is put together again: start lines,
 * Host, the length of the body. Bodies are decoded in HAR, so codings and chunk framing are dropped.
 */

const CHUNKED_FIELDS: ReadonlySet<string> = new Set(['transfer-encoding', 'trailer']);
const CODED_FIELDS: ReadonlySet<string> = new Set(['content-encoding', ...CHUNKED_FIELDS]);
const LENGTH_FIELD = 'content-length';

interface Field {
  readonly name: string;
  readonly value: string;
}

export type Json = Readonly<Record<string, unknown>>;

/** @param extra what ByteCopy kept beside the request: `id`, `requestBodyBase64`, `target` */
export function harRequestBytes(method: string, url: URL, request: Json, extra: Json): Uint8Array {
  const fields = fieldsOf(request.headers);
  const body = requestBody(asObject(request.postData), extra);
  // Browsers leave out what HTTP/2 says otherwise; where the fields are those of the wire there may have been none.
  const hasHost = extra.id !== undefined || fields.some(({ name }) => name.toLowerCase() === 'host');
  const host = hasHost ? '' : `Host: ${url.host}\r\n`;
  const target = text(extra.target) || targetOf(text(request.url));
  const start = `${method} ${oneLine(target)} ${httpVersion(request)}\r\n`;
  return Buffer.concat([
    encodeHead(`${start}${host}${framed(fields, CHUNKED_FIELDS, body.length, body.length > 0)}\r\n`),
    body,
  ]);
}

/** @param status 100 to 999 */
export function harResponseBytes(status: number, method: string, response: Json): Uint8Array {
  const content = asObject(response.content);
  const encoded = text(content.text);
  const body = content.encoding === 'base64' ? Buffer.from(encoded, 'base64') : Buffer.from(encoded);
  const start = `${httpVersion(response)} ${status} ${oneLine(text(response.statusText))}\r\n`;
  const fields = fieldsOf(response.headers);
  if (isBodyless(status, method)) {
    // Its length, if it names one, is that of what GET would answer.
    return encodeHead(
      `${start}${fieldLines(fields.filter(({ name }) => !CHUNKED_FIELDS.has(name.toLowerCase())))}\r\n`,
    );
  }
  return Buffer.concat([encodeHead(`${start}${framed(fields, CODED_FIELDS, body.length, true)}\r\n`), body]);
}

/** These have no body, whatever their fields say (RFC 9112, section 6.3). */
function isBodyless(status: number, method: string): boolean {
  return (
    method === 'HEAD' || status < 200 || status === 204 || status === 304 || (method === 'CONNECT' && status < 300)
  );
}

/** The fields with the length that the body has now, in the place of the old one. */
function framed(fields: readonly Field[], dropped: ReadonlySet<string>, length: number, always: boolean): string {
  const kept = fields.filter(({ name }) => !dropped.has(name.toLowerCase()));
  const place = kept.findIndex(({ name }) => name.toLowerCase() === LENGTH_FIELD);
  const name = kept[place]?.name ?? 'Content-Length';
  const others = kept.map((field, index) => (index === place ? { name, value: `${length}` } : field));
  const once = others.filter((field, index) => index === place || field.name.toLowerCase() !== LENGTH_FIELD);
  return fieldLines(place < 0 && always ? [...once, { name, value: `${length}` }] : once);
}

function requestBody(postData: Json, extra: Json): Buffer {
  if (typeof extra.requestBodyBase64 === 'string') return Buffer.from(extra.requestBodyBase64, 'base64');
  const posted = text(postData.text);
  if (posted !== '' || !Array.isArray(postData.params)) return Buffer.from(posted);
  const params = fieldsOf(postData.params).map(({ name, value }): [string, string] => [name, value]);
  return Buffer.from(new URLSearchParams(params).toString());
}

/** Of the URL as it stands in the file, so that nothing is normalised. */
function targetOf(url: string): string {
  const target = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
  return target.startsWith('/') ? target : `/${target}`;
}

/** Later versions are sent as HTTP/1.1. */
function httpVersion(message: Json): string {
  return text(message.httpVersion).toUpperCase() === 'HTTP/1.0' ? 'HTTP/1.0' : 'HTTP/1.1';
}

/** Pseudo header fields of HTTP/2 are no fields of HTTP/1.1. */
function fieldsOf(given: unknown): readonly Field[] {
  if (!Array.isArray(given)) return [];
  return given
    .map(asObject)
    .map((field) => ({ name: text(field.name), value: text(field.value) }))
    .filter(({ name }) => name !== '' && !name.startsWith(':'));
}

function fieldLines(fields: readonly Field[]): string {
  return fields.map(({ name, value }) => `${oneLine(name)}: ${oneLine(value)}\r\n`).join('');
}

/** A value that would end its line is kept on it. */
function oneLine(value: string): string {
  return value.replace(/[\r\n]+/g, ' ');
}

/** Fields beyond latin1 go as UTF-8, as browsers send them. */
function encodeHead(head: string): Buffer {
  const beyond = /[\u0100-\uffff]/.test(head);
  return Buffer.from(head, beyond ? 'utf8' : 'latin1');
}

export function asObject(given: unknown): Json {
  return typeof given === 'object' && given !== null ? (given as Json) : {};
}

export function text(given: unknown): string {
  return typeof given === 'string' ? given : '';
}
