/** Rewritten requests as `node:http` reads them: the same count in the same order, with what was named changed. */
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { type RequestEdits, RequestRewriter } from '../../parser/index.ts';

interface Seen {
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: NodeJS.Dict<string>;
}

/** What the server makes of bytes written to one connection. */
async function readByServer(bytes: Uint8Array, count: number): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      seen.push({
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(pieces),
        trailers: request.trailers,
      });
      response.end();
      if (seen.length === count) socket.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  socket.resume();
  socket.write(bytes);
  await once(socket, 'close');
  server.close();
  return seen;
}

const path = fc.stringMatching(/^\/[a-z]{0,5}(?:\?[a-z]=[0-9])?$/);
const body = fc.string({ maxLength: 30 });

const request = fc
  .record({
    path,
    body,
    coding: fc.constantFrom('', 'gzip', 'br'),
    framing: fc.constantFrom('none', 'length', 'chunked'),
  })
  .map(({ path: target, body: text, coding, framing }) => {
    const plain = Buffer.from(text);
    const coded = coding === 'gzip' ? zlib.gzipSync(plain) : coding === 'br' ? zlib.brotliCompressSync(plain) : plain;
    const head = (fields: string[]) =>
      Buffer.from([`POST ${target} HTTP/1.1`, 'Host: old', ...fields, '\r\n'].join('\r\n'));
    const codings = coding === '' ? [] : [`Content-Encoding: ${coding}`];
    if (framing === 'none') return { target, text: '', head: head(codings), sent: Buffer.alloc(0) };
    if (framing === 'length') {
      return { target, text, head: head([...codings, `content-LENGTH: ${coded.length}`]), sent: coded };
    }
    const chunk =
      coded.length === 0 ? [] : [Buffer.from(`${coded.length.toString(16)};x=y\r\n`), coded, Buffer.from('\r\n')];
    const sent = Buffer.concat([...chunk, Buffer.from('0\r\nX-Trailer: kept\r\n\r\n')]);
    return { target, text, head: head([...codings, 'Transfer-Encoding: chunked']), sent };
  });

const edits = fc.record(
  {
    setHeaders: fc.constant([['X-Env', 'candidate']] as const),
    host: fc.constant('new.example:81'),
    path: fc.constant('/moved'),
    query: fc.constant({ set: [['q', 'a b&c']] as const }),
    body: fc.oneof(
      body.map((text) => Buffer.from(text)),
      fc.constant((view: { bytes: Uint8Array }) => Buffer.concat([view.bytes, Buffer.from('+')])),
    ),
  },
  { requiredKeys: [] },
);

function undone(bytes: Buffer, coding: string | undefined): string {
  if (bytes.length === 0) return '';
  if (coding === 'gzip') return zlib.gunzipSync(bytes).toString();
  return (coding === 'br' ? zlib.brotliDecompressSync(bytes) : bytes).toString();
}

function expectedBody(text: string, { body: edit }: RequestEdits): string {
  if (edit === undefined) return text;
  return typeof edit === 'function' ? `${text}+` : Buffer.from(edit).toString();
}

test('pipelined, every one of them arrives as edited', async () => {
  const cases = fc.sample(fc.tuple(request, edits), { numRuns: 300, seed: 17 });
  const bytes = cases.flatMap(([{ head, sent }, changes]) => [
    ...new RequestRewriter(changes).rewrite({ parts: [Buffer.concat([head, sent])], headByteCount: head.length }),
  ]);
  const seen = await readByServer(Buffer.concat(bytes), cases.length);
  expect(seen.length).toBe(cases.length);
  for (const [place, { url, headers, body: arrived, trailers }] of seen.entries()) {
    const [{ target, text, sent }, changes] = cases[place] as (typeof cases)[number];
    const [oldPath, oldQuery] = target.split('?');
    const query = [oldQuery, changes.query === undefined ? undefined : 'q=a%20b%26c'];
    const old = oldQuery?.startsWith('q=') && changes.query !== undefined ? [query[1]] : query;
    const wanted = old.filter((one) => one !== undefined).join('&');
    expect(url).toBe(`${changes.path ?? oldPath}${wanted === '' ? '' : `?${wanted}`}`);
    expect(headers.host).toBe(changes.host ?? 'old');
    expect(headers['x-env']).toBe(changes.setHeaders === undefined ? undefined : 'candidate');
    expect(undone(arrived, headers['content-encoding'])).toBe(expectedBody(text, changes));
    expect(trailers).toEqual(sent.includes('X-Trailer') ? { 'x-trailer': 'kept' } : {});
  }
});
