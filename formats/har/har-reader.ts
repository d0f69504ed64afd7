/**
 * HAR 1.2 → requests with their responses → stream chunks. What HAR does not hold is put together again: HTTP/1.1 start
 * lines, Host, the length of the body. Bodies are as HAR has them, decoded, so codings and chunk framing are dropped.
 */
import {
  type Account,
  type ByteCount,
  BytecopyError,
  type Endpoint,
  type Micros,
  type StreamChunk,
} from '../../core/index.ts';
import { GrowingBytes } from '../recorded/growing-bytes.ts';
import { pairChunks, type RecordedMessage } from '../recorded/recorded-pair.ts';

/** JSON is parsed as a whole, and a text of V8 is no longer than this. */
const MAX_FILE_BYTES: ByteCount = 500 * 1024 * 1024;

/** Framing that the body no longer has. */
const DROPPED_FIELDS: ReadonlySet<string> = new Set(['transfer-encoding', 'content-length', 'trailer']);
const DROPPED_OF_RESPONSES: ReadonlySet<string> = new Set(['content-encoding', ...DROPPED_FIELDS]);

interface Field {
  readonly name: string;
  readonly value: string;
}

export class HarReader {
  /** Set when the input is no HAR. */
  failure: BytecopyError | undefined;
  readonly #name: string;
  readonly #account: Account;
  readonly #bytes = new GrowingBytes();

  /** @param account `records`: in = read + ignored(reason) */
  constructor(name: string, account: Account) {
    this.#name = name;
    this.#account = account;
  }

  push(bytes: Uint8Array): readonly StreamChunk[] {
    if (this.failure !== undefined) return [];
    this.#bytes.append(bytes);
    if (this.#bytes.bytes.length > MAX_FILE_BYTES) this.#fail(`it is longer than ${MAX_FILE_BYTES} bytes`);
    return [];
  }

  end(): readonly StreamChunk[] {
    if (this.failure !== undefined) return [];
    let entries: unknown;
    try {
      const document = asObject(JSON.parse(this.#bytes.bytes.toString().replace(/^\ufeff/, '')));
      entries = asObject(document.log).entries;
    } catch (cause) {
      this.#fail((cause as Error).message);
      return [];
    }
    if (!Array.isArray(entries)) {
      this.#fail('log.entries is no list');
      return [];
    }
    const pairs = entries.flatMap((entry, index) => {
      this.#account.in++;
      const chunks = entryChunks(entry, index);
      if (typeof chunks !== 'string') this.#account.out++;
      else this.#account.setAside('ignored', chunks);
      return typeof chunks === 'string' ? [] : [chunks];
    });
    // HAR is in no order by itself.
    return pairs.sort((one, other) => (one[0]?.at ?? 0) - (other[0]?.at ?? 0)).flat();
  }

  #fail(why: string): void {
    this.failure = new BytecopyError('HAR_CORRUPT', `${this.#name} is no HAR 1.2: ${why}`, {
      hint: 'a HAR is one JSON document with log.entries, as browsers and proxies save it',
    });
  }
}

/** @returns why the entry has no exchange */
function entryChunks(given: unknown, index: number): readonly StreamChunk[] | string {
  const entry = asObject(given);
  const [request, response] = [asObject(entry.request), asObject(entry.response)];
  const extra = asObject(entry._bytecopy);
  const url = parseUrl(text(request.url));
  const method = text(request.method);
  if (url === undefined || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method)) return 'no-request';
  const startedAt = Date.parse(text(entry.startedDateTime)) * 1000;
  const [sent, done] = timePair(extra.requestAt) ?? [startedAt, startedAt];
  if (!Number.isSafeInteger(sent) || sent < 0) return 'no-time';
  const answered = timePair(extra.responseAt) ?? answerTimes(entry, startedAt);
  const status = Number(response.status);
  return pairChunks({
    name: `${index} ${text(entry.startedDateTime)} ${method} ${url.href}`,
    client: endpointOf(extra.client, '0.0.0.0', Number(text(entry.connection)) || 0),
    server: endpointOf(extra.server, text(entry.serverIPAddress).replace(/[[\]]/g, '') || '0.0.0.0', portOf(url)),
    request: { bytes: requestBytes(method, url, request, extra), firstAt: sent, lastAt: Math.max(sent, done) },
    response: status >= 100 && status <= 999 ? toResponse(status, method, response, answered) : undefined,
  });
}

function toResponse(
  status: number,
  method: string,
  response: Record<string, unknown>,
  [firstAt, lastAt]: readonly [Micros, Micros],
): RecordedMessage {
  const content = asObject(response.content);
  const encoded = text(content.text);
  const body = content.encoding === 'base64' ? Buffer.from(encoded, 'base64') : Buffer.from(encoded);
  // These have none, whatever their fields say (RFC 9112, section 6.3); a HEAD's length is that of the GET.
  const bodyless = method === 'HEAD' || status === 204 || status === 304 || status < 200;
  const fields = fieldsOf(response.headers).filter(({ name }) =>
    bodyless ? name.toLowerCase() !== 'transfer-encoding' : !DROPPED_OF_RESPONSES.has(name.toLowerCase()),
  );
  const head = `HTTP/1.1 ${status} ${line(text(response.statusText))}\r\n${fieldLines(fields)}`;
  const bytes = bodyless
    ? latin1(`${head}\r\n`)
    : Buffer.concat([latin1(`${head}Content-Length: ${body.length}\r\n\r\n`), body]);
  return { bytes, firstAt, lastAt: Math.max(firstAt, lastAt) };
}

function requestBytes(
  method: string,
  url: URL,
  request: Record<string, unknown>,
  extra: Record<string, unknown>,
): Uint8Array {
  const fields = fieldsOf(request.headers);
  const hasHost = fields.some(({ name }) => name.toLowerCase() === 'host');
  const kept = fields.filter(({ name }) => !DROPPED_FIELDS.has(name.toLowerCase()));
  const body = requestBody(asObject(request.postData), extra);
  const hadBody = body.length > 0 || fields.some(({ name }) => name.toLowerCase() === 'content-length');
  // In the URL as it stands in the file, so that nothing is normalised.
  const target =
    text(request.url)
      .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
      .replace(/#.*$/, '') || '/';
  const start = `${method} ${line(target.startsWith('?') ? `/${target}` : target)} HTTP/1.1\r\n`;
  const host = hasHost ? '' : `Host: ${url.host}\r\n`;
  const length = hadBody ? `Content-Length: ${body.length}\r\n` : '';
  return Buffer.concat([latin1(`${start}${host}${fieldLines(kept)}${length}\r\n`), body]);
}

function requestBody(postData: Record<string, unknown>, extra: Record<string, unknown>): Buffer {
  if (typeof extra.requestBodyBase64 === 'string') return Buffer.from(extra.requestBodyBase64, 'base64');
  const posted = text(postData.text);
  if (posted !== '' || !Array.isArray(postData.params)) return Buffer.from(posted);
  const params = fieldsOf(postData.params).map(({ name, value }): [string, string] => [name, value]);
  return Buffer.from(new URLSearchParams(params).toString());
}

/** First byte behind everything that came before it, last byte at the end (HAR 1.2, "timings"). */
function answerTimes(entry: Record<string, unknown>, startedAt: Micros): readonly [Micros, Micros] {
  const timings = asObject(entry.timings);
  const spans = ['blocked', 'dns', 'connect', 'send', 'wait'].map(
    (name) => Math.max(0, Number(timings[name] ?? 0)) || 0,
  );
  const firstAt = startedAt + Math.round(spans.reduce((sum, span) => sum + span, 0) * 1000);
  const lastAt = startedAt + Math.round((Math.max(0, Number(entry.time ?? 0)) || 0) * 1000);
  return [firstAt, Math.max(firstAt, lastAt)];
}

function timePair(given: unknown): readonly [Micros, Micros] | undefined {
  if (!Array.isArray(given) || given.length !== 2) return undefined;
  const [first, last] = given as [unknown, unknown];
  return Number.isSafeInteger(first) && Number.isSafeInteger(last) ? [first as Micros, last as Micros] : undefined;
}

function endpointOf(given: unknown, address: string, port: number): Endpoint {
  const match = /^\[?([0-9a-f.:]+)\]?:(\d{1,5})$/i.exec(text(given));
  if (match === null) return { address, port };
  return { address: match[1] as string, port: Number(match[2]) };
}

function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
}

function parseUrl(given: string): URL | undefined {
  return URL.canParse(given) ? new URL(given) : undefined;
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
  return fields.map(({ name, value }) => `${line(name)}: ${line(value)}\r\n`).join('');
}

/** A value that would end its line is kept on it. */
function line(value: string): string {
  return value.replace(/[\r\n]+/g, ' ');
}

/** Fields beyond latin1 go as UTF-8, as browsers send them. */
function latin1(head: string): Buffer {
  const beyond = /[\u0100-\uffff]/.test(head);
  return Buffer.from(head, beyond ? 'utf8' : 'latin1');
}

function asObject(given: unknown): Record<string, unknown> {
  return typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
}

function text(given: unknown): string {
  return typeof given === 'string' ? given : '';
}
