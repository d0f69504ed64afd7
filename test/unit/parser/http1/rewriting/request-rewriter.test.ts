import zlib from 'node:zlib';
import { decompress } from 'fzstd';
import { describe, expect, test } from 'vitest';
import { type Message, messageBytes } from '../../../../../core/index.ts';
import {
  type BodyView,
  type RequestEdits,
  RequestRewriter,
  rewriteRequest,
  viewBody,
} from '../../../../../parser/index.ts';

function rewritten(text: string, edits: RequestEdits, partBytes = text.length): string {
  const bytes = Buffer.from(text, 'latin1');
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += partBytes) parts.push(bytes.subarray(at, at + partBytes));
  const empty = text.indexOf('\n\r\n');
  const headByteCount = empty >= 0 ? empty + 3 : text.indexOf('\n\n') >= 0 ? text.indexOf('\n\n') + 2 : bytes.length;
  const result = rewriteRequest({ parts, headByteCount }, edits);
  expect(bytes.toString('latin1')).toBe(text);
  return Buffer.from(messageBytes({ parts: result } as unknown as Message)).toString('latin1');
}

const POST = 'POST /a HTTP/1.1\r\nhost: old\r\nX-Odd :  kept \r\nCookie: a=b\r\nContent-Length: 4\r\n\r\nbody';

describe('rewriteRequest', () => {
  test('no edits give the same bytes', () => {
    for (const cut of [1, 10, POST.length]) expect(rewritten(POST, {}, cut)).toBe(POST);
  });

  test('a field that is there keeps place and spelling, a new one goes to the end of the head', () => {
    expect(rewritten(POST, { host: 'new:80', setHeaders: [['x-bytecopy-replay', '1']] })).toBe(
      'POST /a HTTP/1.1\r\nhost: new:80\r\nX-Odd :  kept \r\nCookie: a=b\r\nContent-Length: 4\r\nx-bytecopy-replay: 1\r\n\r\nbody',
    );
  });

  test('removing takes every repeat and its folded lines', () => {
    expect(rewritten('GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\n more\r\nb: 3\r\nC: 4\r\n\r\n', { removeHeaders: ['B'] })).toBe(
      'GET / HTTP/1.1\r\nA: 1\r\nC: 4\r\n\r\n',
    );
  });

  test('setting a repeated field leaves one', () => {
    expect(rewritten('GET / HTTP/1.1\nb: 1\nB : 2\nBB: 3\n\n', { setHeaders: [['b', 'x']] })).toBe(
      'GET / HTTP/1.1\nb: x\r\nBB: 3\n\n',
    );
  });

  test('bodies that look like heads, large bodies and bodies in parts stay', () => {
    const large = `PUT / HTTP/1.1\r\nHost: a\r\n\r\n${'Host: no\r\n\r\n'.repeat(5000)}`;
    for (const cut of [20, 1000, 30_000, large.length]) {
      expect(rewritten(large, { host: 'b' }, cut)).toBe(large.replace('Host: a', 'Host: b'));
    }
  });

  test('a request without header section stays as it is', () => {
    expect(rewritten('GET /\r\n', { host: 'b' })).toBe('GET /\r\n');
  });
});

const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: old\r\n\r\n`;
const targetOf = (text: string, edits: RequestEdits) => {
  const [line = '', ...rest] = rewritten(text, edits).split('\r\n');
  return { target: line.split(' ').slice(1, -1).join(' '), rest: rest.join('\r\n') };
};
const edited = (target: string, edits: RequestEdits) => {
  const result = targetOf(get(target), edits);
  if (edits.host === undefined) expect(result.rest).toBe('Host: old\r\n\r\n');
  return result.target;
};

describe('the request-target', () => {
  test('a path keeps the query; one with a query replaces both', () => {
    expect(edited('/a/b?c=d&e', { path: '/new' })).toBe('/new?c=d&e');
    expect(edited('/a?c=d', { path: '/new?x=y' })).toBe('/new?x=y');
    expect(edited('/a?c=d', { path: '/new?' })).toBe('/new?');
    expect(edited('/a', { path: 'no-slash' })).toBe('/no-slash');
  });

  test('a function is given the path as sent', () => {
    expect(edited('/v1/items%20?q', { path: (path) => path.replace(/^\/v1\//, '/v2/') })).toBe('/v2/items%20?q');
    expect(edited('/caf\xe9 x?q', { path: (path) => `/p${path}` })).toBe('/p/caf\xe9%20x?q');
    expect(edited('/a b\xff', { path: (path) => path })).toBe('/a b\xff');
  });

  test('nothing that is given can end the line', () => {
    expect(edited('/a?b', { path: '/x y\r\nEvil: 1' })).toBe('/x%20y%0D%0AEvil:%201?b');
    expect(edited('/a', { path: '/é→' })).toBe('/%C3%A9%E2%86%92');
    expect(edited('/a', { query: { set: [['a b', 'c&d=é\r\n']] } })).toBe('/a?a%20b=c%26d%3D%C3%A9%0D%0A');
  });

  test('a parameter keeps its place and the spelling of its name, repeats go, new ones come last', () => {
    expect(edited('/a?x=1&y=%20&x=2&z', { query: { set: [['x', '9']] } })).toBe('/a?x=9&y=%20&z');
    expect(
      edited('/a?%78=1&q+r=2', {
        query: {
          set: [
            ['x', '9'],
            ['q r', '8'],
          ],
        },
      }),
    ).toBe('/a?%78=9&q+r=8');
    expect(edited('/a', { query: { set: [['x', '9']] } })).toBe('/a?x=9');
    expect(edited('/a?', { query: { set: [['x', '9']] } })).toBe('/a?x=9');
    expect(edited('/a?&&b', { query: { set: [['x', '9']] } })).toBe('/a?&&b&x=9');
  });

  test('removed parameters go with their separator, the last one with the question mark', () => {
    expect(edited('/a?x=1&y=2&x&z=3', { query: { remove: ['x'] } })).toBe('/a?y=2&z=3');
    expect(edited('/a?x=1', { query: { remove: ['x'] } })).toBe('/a');
    expect(edited('/a?', { query: { remove: ['x'] } })).toBe('/a?');
    expect(edited('/a?xy=1&%zz', { query: { remove: ['x'] } })).toBe('/a?xy=1&%zz');
  });

  test('path, then query', () => {
    expect(edited('/a?b=1', { path: '/c', query: { set: [['b', '2']], remove: ['d'] } })).toBe('/c?b=2');
  });

  test('absolute form keeps scheme, user and host, until a host is given', () => {
    expect(edited('http://u:p@h:80/a?b', { path: '/c' })).toBe('http://u:p@h:80/c?b');
    expect(edited('http://h?b', { path: '/c' })).toBe('http://h/c?b');
    expect(edited('HTTP://h', { query: { set: [['b', '1']] } })).toBe('HTTP://h?b=1');
    const { target, rest } = targetOf(get('http://u@h:80/a?b'), { host: 'new:81' });
    expect([target, rest]).toEqual(['http://u@new:81/a?b', 'Host: new:81\r\n\r\n']);
    expect(edited('/http://h/', { host: 'new' })).toBe('/http://h/');
  });

  test('CONNECT and * are no paths', () => {
    const edits = { path: '/x', query: { set: [['a', 'b']] as const } };
    expect(rewritten('CONNECT h:443 HTTP/1.1\r\n\r\n', edits)).toBe('CONNECT h:443 HTTP/1.1\r\n\r\n');
    expect(edited('*', edits)).toBe('*');
  });

  test('odd spacing and line ends stay', () => {
    expect(rewritten('GET   /a   HTTP/1.1\nA:b\n\n', { path: '/c' })).toBe('GET   /c   HTTP/1.1\nA:b\n\n');
  });
});

describe('the body', () => {
  const post = (fields: string, body: string | Uint8Array) =>
    Buffer.concat([
      Buffer.from(`POST / HTTP/1.1\r\n${fields}\r\n\r\n`, 'latin1'),
      typeof body === 'string' ? Buffer.from(body, 'latin1') : body,
    ]).toString('latin1');
  const withBody = (body: string) => ({ body: Buffer.from(body) });
  const upper = { body: (view: BodyView) => Buffer.from(Buffer.from(view.bytes).toString().toUpperCase()) };
  const bodyOf = (text: string) => Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1');

  test('Content-Length follows, in its place and spelling', () => {
    expect(rewritten(post('content-LENGTH:4\r\nA: b', 'body'), withBody('longer'))).toBe(
      post('content-LENGTH: 6\r\nA: b', 'longer'),
    );
    expect(rewritten(post('Content-Length:  4\r\nA: b', 'body'), withBody('same'))).toBe(
      post('Content-Length:  4\r\nA: b', 'same'),
    );
    expect(rewritten(post('Content-Length: 4\r\nContent-Length: 4', 'body'), withBody('x'))).toBe(
      post('Content-Length: 1', 'x'),
    );
  });

  test('it is added where there was no body', () => {
    expect(rewritten('GET / HTTP/1.1\r\nA: b\r\n\r\n', withBody('x'))).toBe(
      'GET / HTTP/1.1\r\nA: b\r\nContent-Length: 1\r\n\r\nx',
    );
    expect(rewritten('GET / HTTP/1.1\r\nA: b\r\n\r\n', withBody(''))).toBe('GET / HTTP/1.1\r\nA: b\r\n\r\n');
  });

  test('chunks stay chunks, with their trailers', () => {
    const chunked = post('Transfer-Encoding: chunked', '2;x=y\r\nab\r\n1\r\nc\r\n0\r\nX-Sum: 3\r\n\r\n');
    expect(rewritten(chunked, upper)).toBe(post('Transfer-Encoding: chunked', '3\r\nABC\r\n0\r\nX-Sum: 3\r\n\r\n'));
    expect(rewritten(chunked, withBody(''))).toBe(post('Transfer-Encoding: chunked', '0\r\nX-Sum: 3\r\n\r\n'));
  });

  test('codings are applied again', () => {
    for (const [coding, code, undo] of [
      ['gzip', zlib.gzipSync, zlib.gunzipSync],
      ['deflate', zlib.deflateSync, zlib.inflateSync],
      ['br', zlib.brotliCompressSync, zlib.brotliDecompressSync],
    ] as const) {
      const coded = code('text');
      const result = rewritten(post(`Content-Encoding: ${coding}\r\nContent-Length: ${coded.length}`, coded), upper);
      const body = bodyOf(result);
      expect(undo(body).toString()).toBe('TEXT');
      expect(result).toContain(`Content-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`);
    }
  });

  test('gzip under chunks, and Zstandard', () => {
    const coded = zlib.gzipSync('text');
    const chunks = Buffer.concat([
      Buffer.from(`${coded.length.toString(16)}\r\n`),
      coded,
      Buffer.from('\r\n0\r\n\r\n'),
    ]);
    const result = rewritten(post('Transfer-Encoding: gzip, chunked', chunks), upper);
    const head = 'POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n';
    const viewed = viewBody({ parts: [Buffer.from(result, 'latin1')], headByteCount: head.length });
    expect([Buffer.from(viewed.bytes).toString(), viewed.codings]).toEqual(['TEXT', ['chunked', 'gzip']]);
    const zstd = bodyOf(
      rewritten(post('Content-Encoding: zstd\r\nContent-Length: 0', ''), withBody('x'.repeat(300_000))),
    );
    expect(Buffer.from(decompress(zstd)).toString()).toBe('x'.repeat(300_000));
  });

  test('without content coding where Content-Encoding is named', () => {
    const coded = zlib.gzipSync('text');
    const text = post(`Content-Encoding: gzip\r\nContent-Length: ${coded.length}`, coded);
    expect(rewritten(text, { ...upper, removeHeaders: ['content-encoding'] })).toBe(post('Content-Length: 4', 'TEXT'));
  });

  test('equal bytes leave everything as it was sent', () => {
    const chunked = post('Transfer-Encoding: chunked\r\nContent-Encoding: nonsense', '2;x\r\nab\r\n0\r\n\r\n');
    expect(rewritten(chunked, { body: (view) => view.bytes })).toBe(chunked);
    expect(rewritten(chunked, { body: (view) => Uint8Array.from(view.bytes) })).toBe(chunked);
  });

  test('a body without an end stays', () => {
    const text = post('Transfer-Encoding: gzip', 'xyz');
    expect(rewritten(text, withBody('abc'))).toBe(text);
  });

  test('nothing is expected where nothing is left to send', () => {
    const text = post('Expect: 100-continue\r\nContent-Length: 4', 'body');
    expect(rewritten(text, withBody(''))).toBe(post('Content-Length: 0', ''));
    expect(rewritten(text, withBody('x'))).toBe(post('Expect: 100-continue\r\nContent-Length: 1', 'x'));
  });

  test('a large body is a part of its own', () => {
    const body = Buffer.alloc(20_000, 0x78);
    const bytes = Buffer.from(post('Content-Length: 4', 'body'));
    const parts = rewriteRequest({ parts: [bytes], headByteCount: bytes.length - 4 }, { body });
    expect(parts.map((part) => part.length)).toEqual([42, 20_000]);
    expect(parts[1]?.buffer).toBe(body.buffer);
  });
});

describe('edits that would break a request apart are refused', () => {
  const cases: [string, RequestEdits][] = [
    ['a value with a line break', { setHeaders: [['A', 'b\r\nC: d']] }],
    ['a name with a colon', { setHeaders: [['A: b', 'c']] }],
    ['an empty name', { removeHeaders: [''] }],
    ['a host with a blank', { host: 'a b' }],
    ['Content-Length', { setHeaders: [['content-length', '5']] }],
    ['no Transfer-Encoding', { removeHeaders: ['Transfer-Encoding'] }],
  ];
  for (const [name, edits] of cases) {
    test(name, () =>
      expect(() => new RequestRewriter(edits)).toThrow(expect.objectContaining({ code: 'REWRITE_INVALID' })),
    );
  }
});
