/** Exchange → entry of HAR 1.2. Source: HAR 1.2 specification, "entries". */
import { type Exchange, type Flow, formatEndpoint, formatExchangeId, type Message } from '../../core/index.ts';
import type { HarEntry, HarField } from '../../formats/index.ts';
import {
  type HeadView,
  headerValues,
  parseHead,
  type RequestHead,
  readBodyText,
  readFramedBody,
  viewBody,
} from '../../parser/index.ts';

/** Why an exchange has no entry. */
export type HarLoss = 'not-http' | 'no-request' | 'incomplete';

export function toHarEntry(exchange: Exchange): HarEntry | HarLoss {
  const { request, response, flow } = exchange;
  if (exchange.protocol !== 'http1') return 'not-http';
  if (request === undefined) return 'no-request';
  const head = parseHead(request);
  if (!request.complete || request.truncated || head.kind !== 'request') return 'incomplete';
  const sentAt = request.lastByteAt - request.firstByteAt;
  const waited = response === undefined ? 0 : Math.max(0, response.firstByteAt - request.lastByteAt);
  const received = response === undefined ? 0 : response.lastByteAt - response.firstByteAt;
  const { binary, ...sent } = toHarRequest(exchange, request, head);
  return {
    startedDateTime: new Date(request.firstByteAt / 1000).toISOString(),
    time: (sentAt + waited + received) / 1000,
    request: sent,
    response: toHarResponse(response),
    cache: {},
    timings: { send: sentAt / 1000, wait: waited / 1000, receive: received / 1000 },
    serverIPAddress: flow.server.address,
    connection: String(flow.client.port),
    _bytecopy: {
      id: formatExchangeId(exchange.id),
      client: formatEndpoint(flow.client),
      server: formatEndpoint(flow.server),
      requestAt: [request.firstByteAt, request.lastByteAt],
      responseAt: response === undefined ? null : [response.firstByteAt, response.lastByteAt],
      ...(isPath(head.target) ? {} : { target: head.target }),
      ...(binary === undefined ? {} : { requestBodyBase64: base64(binary) }),
    },
  };
}

function toHarRequest(
  { flow }: Exchange,
  request: Message,
  head: RequestHead,
): HarEntry['request'] & { readonly binary: Uint8Array | undefined } {
  // As it was sent, without chunk framing: a coded body stays coded, because its fields say so.
  const sent = readFramedBody(request, head.fields) ?? new Uint8Array(0);
  const { charset } = viewBody(request, {}, head.fields);
  const text = readBodyText({ bytes: sent, charset, complete: true });
  // HAR has no encoding for what is posted: bytes that are no text go beside it.
  const isText = sent.length === 0 || text?.charset === 'utf-8';
  return {
    method: head.verb,
    url: urlOf(flow, head),
    httpVersion: `HTTP/${head.version}`,
    cookies: cookiesOf(headerValues(head.fields, 'cookie').join('; ')),
    headers: fieldsOf(head),
    queryString: queryOf(head.target),
    ...(sent.length === 0
      ? {}
      : {
          postData: {
            mimeType: headerValues(head.fields, 'content-type')[0] ?? '',
            text: isText ? (text?.text ?? '') : '',
          },
        }),
    headersSize: request.headByteCount,
    bodySize: request.byteCount - request.headByteCount,
    binary: isText ? undefined : sent,
  };
}

/** The whole URL, as HAR wants it; the target is kept beside it where it is no path. */
function urlOf({ server }: Flow, { target, fields }: RequestHead): string {
  const path = isPath(target) ? target : '/';
  const hosts = [...headerValues(fields, 'host'), formatEndpoint(server)];
  const candidates = [target, ...hosts.map((host) => `http://${host}${path}`)];
  return candidates.find((url) => /^https?:\/\/./i.test(url) && URL.canParse(url)) ?? `http://0.0.0.0${path}`;
}

/** A target as nearly all have it (RFC 9112, section 3.2.1). */
function isPath(target: string): boolean {
  return target.startsWith('/') && !target.includes('#');
}

function toHarResponse(response: Message | undefined): HarEntry['response'] {
  const head = response === undefined ? undefined : parseHead(response);
  if (response === undefined || head?.kind !== 'response') return NO_RESPONSE;
  const body = viewBody(response, {}, head.fields);
  const text = readBodyText(body);
  // Text in UTF-8 is itself; anything else keeps its bytes.
  const asText = text !== undefined && (text.charset === 'utf-8' || body.bytes.length === 0);
  return {
    status: head.status,
    statusText: head.reason,
    httpVersion: `HTTP/${head.version}`,
    cookies: headerValues(head.fields, 'set-cookie').flatMap((value) => cookiesOf(value.split(';', 1)[0] ?? '')),
    headers: fieldsOf(head),
    content: {
      size: body.bytes.length,
      mimeType: headerValues(head.fields, 'content-type')[0] ?? '',
      ...(asText ? { text: text.text } : { text: base64(body.bytes), encoding: 'base64' }),
    },
    redirectURL: headerValues(head.fields, 'location')[0] ?? '',
    headersSize: response.headByteCount,
    bodySize: response.byteCount - response.headByteCount,
  };
}

const NO_RESPONSE: HarEntry['response'] = {
  status: 0,
  statusText: '',
  httpVersion: '',
  cookies: [],
  headers: [],
  content: { size: 0, mimeType: '' },
  redirectURL: '',
  headersSize: -1,
  bodySize: -1,
};

function fieldsOf({ fields }: HeadView): readonly HarField[] {
  return fields.map(({ name, value }) => ({ name, value }));
}

function cookiesOf(header: string): readonly HarField[] {
  return header
    .split(/;\s*/)
    .filter((pair) => pair.includes('='))
    .map((pair) => ({ name: pair.slice(0, pair.indexOf('=')), value: pair.slice(pair.indexOf('=') + 1) }));
}

function queryOf(target: string): readonly HarField[] {
  const start = target.indexOf('?');
  if (start < 0) return [];
  return [...new URLSearchParams(target.slice(start + 1))].map(([name, value]) => ({ name, value }));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
