/** HAR 1.2 → requests with their responses → stream chunks. JSON is parsed as a whole, at the end. */
import {
  type Account,
  type ByteCount,
  BytecopyError,
  type Endpoint,
  type Micros,
  type StreamChunk,
} from '../../core/index.ts';
import { GrowingBytes } from '../recorded/growing-bytes.ts';
import { pairChunks } from '../recorded/recorded-pair.ts';
import { asObject, harRequestBytes, harResponseBytes, type Json, text } from './har-message.ts';

/** A text of V8 is no longer than this. */
const MAX_FILE_BYTES: ByteCount = 500 * 1024 * 1024;

/** Times end at the largest there is. */
const LATEST: Micros = Number.MAX_SAFE_INTEGER;

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
  const status = numberOf(response.status);
  const bytes = harRequestBytes(method, url, request, extra);
  return pairChunks({
    name: `${index} ${text(entry.startedDateTime)} ${method} ${url.href}`,
    client: endpointOf(extra.client, '0.0.0.0', portNumber(text(entry.connection))),
    server: endpointOf(extra.server, addressOf(entry.serverIPAddress), portOf(url)),
    request: { bytes, firstAt: sent, lastAt: Math.max(sent, done) },
    response: isStatus(status)
      ? { bytes: harResponseBytes(status, method, response), firstAt: answered[0], lastAt: Math.max(...answered) }
      : undefined,
  });
}

/** First byte behind everything that came before it, last byte at the end (HAR 1.2, "timings"). */
function answerTimes(entry: Json, startedAt: Micros): readonly [Micros, Micros] {
  const timings = asObject(entry.timings);
  const spans = ['blocked', 'dns', 'connect', 'send', 'wait'].map((name) => Math.max(0, numberOf(timings[name])));
  const firstAt = startedAt + Math.round(spans.reduce((sum, span) => sum + span, 0) * 1000);
  const lastAt = startedAt + Math.round(Math.max(0, numberOf(entry.time)) * 1000);
  return [Math.min(firstAt, LATEST), Math.min(Math.max(firstAt, lastAt), LATEST)];
}

function timePair(given: unknown): readonly [Micros, Micros] | undefined {
  if (!Array.isArray(given) || given.length !== 2) return undefined;
  const [first, last] = given as [unknown, unknown];
  return isTime(first) && isTime(last) ? [first, last] : undefined;
}

function isTime(given: unknown): given is Micros {
  return Number.isSafeInteger(given) && (given as number) >= 0;
}

function isStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 100 && status <= 999;
}

function endpointOf(given: unknown, address: string, port: number): Endpoint {
  const match = /^\[?([0-9a-f.:]+)\]?:(\d{1,5})$/i.exec(text(given));
  if (match === null) return { address, port };
  return { address: match[1] as string, port: portNumber(match[2] as string) };
}

/** IPv6 also in brackets; browsers leave it empty where a cache answered. */
function addressOf(given: unknown): string {
  const address = text(given).replace(/^\[|\]$/g, '');
  return /^[0-9a-f.:]{2,45}$/i.test(address) ? address : '0.0.0.0';
}

/** `connection` is any text, often the client's port (HAR 1.2, "entries"). */
function portNumber(given: string): number {
  const port = /^\d{1,5}$/.test(given) ? Number(given) : 0;
  return port <= 0xffff ? port : 0;
}

function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
}

function numberOf(given: unknown): number {
  return typeof given === 'number' ? given : 0;
}

function parseUrl(given: string): URL | undefined {
  return URL.canParse(given) ? new URL(given) : undefined;
}
