import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Exchange, messageBytes } from '../../core/index.ts';
import { parseHead, type RequestEdits, RequestRewriter, serialiseRequest, viewBody } from '../../parser/index.ts';
import { conversation } from '../support/conversation.ts';

/** The default quality takes milliseconds for any body. */
const QUICK = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } };

const word = fc.stringMatching(/^[a-z]{1,6}$/);
const eol = fc.constantFrom('\r\n', '\r\n', '\n');
const fieldName = fc.constantFrom('X-A', 'x-b', 'X-Abc', 'Accept', 'COOKIE', 'Host', 'X-A');
const fieldLine = fc
  .tuple(
    fieldName,
    fc.constantFrom(':', ': ', ':\t', ' : '),
    fc.stringMatching(/^[!-~]{0,8}$/),
    fc.constantFrom('', ' ', '\r\n folded'),
  )
  .map(([name, colon, value, tail]) => `${name}${colon}${value}${tail}`);
const parameter = fc.constantFrom('a=1', 'b', 'a=%20', '%61=2', 'c=', '', 'd=x+y', '=z', 'b=1', '%zz=1');
const target = fc
  .tuple(
    fc.constantFrom('', '', 'http://u@h.example:80', 'https://h'),
    fc.array(word, { minLength: 1, maxLength: 3 }),
    fc.option(fc.array(parameter, { maxLength: 5 }), { nil: undefined }),
  )
  .map(([prefix, path, query]) => `${prefix}/${path.join('/')}${query === undefined ? '' : `?${query.join('&')}`}`);

function framed(body: string, size: number, coding: string): { fields: string[]; sent: Buffer } {
  const plain = Buffer.from(body);
  const coded =
    coding === 'gzip' ? zlib.gzipSync(plain) : coding === 'br' ? zlib.brotliCompressSync(plain, QUICK) : plain;
  const fields = coding === '' ? [] : [`Content-Encoding: ${coding}`];
  if (size === 0) return { fields: [...fields, `content-Length:  ${coded.length}`], sent: coded };
  const pieces: Buffer[] = [];
  for (let at = 0; at < coded.length; at += size) {
    const piece = coded.subarray(at, at + size);
    pieces.push(Buffer.from(`${piece.length.toString(16)};x=1\r\n`), piece, Buffer.from('\r\n'));
  }
  return {
    fields: [...fields, 'Transfer-Encoding: Chunked'],
    sent: Buffer.concat([...pieces, Buffer.from('0\r\nX-Trailer: t\r\n\r\n')]),
  };
}

const request = fc
  .record({
    verb: fc.constantFrom('GET', 'POST', 'PUT'),
    target,
    before: fc.array(fieldLine, { maxLength: 4 }),
    after: fc.array(fieldLine, { maxLength: 3 }),
    eol,
    body: fc.string({ maxLength: 40 }),
    size: fc.nat(9),
    coding: fc.constantFrom('', '', 'gzip', 'br'),
  })
  .map(({ verb, target: asked, before, after, eol: end, body, size, coding }) => {
    const { fields, sent } = framed(body, size, coding);
    const lines = [...before, ...fields, ...after];
    const head = [`${verb} ${asked} HTTP/1.1`, ...lines].map((line) => `${line}${end}`);
    return {
      verb,
      target: asked,
      lines,
      end,
      body,
      sent,
      bytes: Buffer.concat([Buffer.from(head.join('') + end), sent]),
    };
  });

const edits: fc.Arbitrary<RequestEdits> = fc.record(
  {
    setHeaders: fc.array(fc.tuple(fc.constantFrom('x-a', 'X-New', 'X-B'), word), { maxLength: 3 }),
    removeHeaders: fc.array(fc.constantFrom('accept', 'X-Abc'), { maxLength: 2 }),
    host: fc.constantFrom('new', 'new.example:8080'),
    path: fc.oneof(
      word.map((text) => `/${text}`),
      word.map((text) => (path: string) => `${path}/${text}`),
    ),
    query: fc.record(
      {
        set: fc.array(fc.tuple(fc.constantFrom('a', 'd', 'new'), fc.string({ maxLength: 5 })), { maxLength: 2 }),
        remove: fc.array(fc.constantFrom('b', 'zz'), { maxLength: 2 }),
      },
      { requiredKeys: [] },
    ),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc.constant((view: { bytes: Uint8Array }) => Buffer.concat([view.bytes, Buffer.from('+')])),
    ),
  },
  { requiredKeys: [] },
);

/** The one request that the bytes are, by our own parser. */
function parsed(bytes: Uint8Array): Exchange {
  const { exchanges } = conversation().client(bytes).server('HTTP/1.1 204 No\r\n\r\n').end();
  expect(exchanges.map(({ outcome, reason }) => [outcome, reason])).toEqual([['paired', '']]);
  return exchanges[0] as Exchange;
}

const joined = (parts: readonly Uint8Array[]) => Buffer.concat(parts);

/** Header lines as sent, folded ones in one piece, with the name of each in lower case. */
function linesOf(exchange: Exchange): { name: string; line: string }[] {
  const { request: message } = exchange;
  const head = Buffer.from(messageBytes(message as NonNullable<typeof message>))
    .subarray(0, message?.headByteCount)
    .toString('latin1');
  const fields = head.slice(head.indexOf('\n') + 1).replace(/\r?\n$/, '');
  return fields
    .split(/(?<=\n)(?![ \t])/)
    .filter((line) => line !== '')
    .map((line) => ({ name: line.split(':', 1)[0]?.trim().toLowerCase() ?? '', line }));
}

describe('rewritten requests', () => {
  test('serialised unchanged, and with no edits, they are the bytes captured', () => {
    fc.assert(
      fc.property(request, ({ bytes }) => {
        const exchange = parsed(bytes);
        expect(Buffer.from(serialiseRequest(exchange) as Uint8Array)).toEqual(bytes);
        const { request: message } = exchange;
        expect(joined(new RequestRewriter({}).rewrite(message as NonNullable<typeof message>))).toEqual(bytes);
      }),
      { numRuns: 300 },
    );
  });

  test('what is not named is byte-identical, and the framing holds', () => {
    fc.assert(
      fc.property(request, edits, (asked, changes) => {
        const before = parsed(asked.bytes);
        const message = before.request as NonNullable<typeof before.request>;
        const bytes = joined(new RequestRewriter(changes).rewrite(message));
        const after = parsed(bytes);
        const result = after.request as typeof message;
        expect(result.byteCount).toBe(bytes.length);

        const named = new Set(
          [...(changes.setHeaders ?? []).map(([name]) => name), ...(changes.removeHeaders ?? [])].map((name) =>
            name.toLowerCase(),
          ),
        );
        if (changes.host !== undefined) named.add('host');
        if (changes.body !== undefined) named.add('content-length').add('expect');
        const unnamed = (exchange: Exchange) => linesOf(exchange).filter(({ name }) => !named.has(name));
        expect(unnamed(after)).toEqual(unnamed(before));
        for (const [name, value] of changes.setHeaders ?? []) {
          const set = (changes.setHeaders ?? []).findLast(([other]) => other.toLowerCase() === name.toLowerCase());
          const { fields } = parseHead(result);
          const its = fields.filter((field) => field.name.toLowerCase() === name.toLowerCase());
          if (set?.[1] === value) expect(its.map((field) => field.value)[0]).toBe(value);
        }
        if (changes.host !== undefined)
          expect(parseHead(result).fields).toContainEqual(expect.objectContaining({ value: changes.host }));

        const wanted =
          changes.body === undefined
            ? Buffer.from(asked.body)
            : typeof changes.body === 'function'
              ? Buffer.concat([Buffer.from(asked.body), Buffer.from('+')])
              : Buffer.from(changes.body);
        const view = viewBody(result);
        expect([Buffer.from(view.bytes), view.problem]).toEqual([wanted, undefined]);
        if (changes.body === undefined) expect(bytes.subarray(result.headByteCount)).toEqual(asked.sent);
        else if (typeof changes.body === 'function')
          expect(parseHead(result).trailers).toEqual(parseHead(message).trailers);

        const old = parseHead(message);
        const now = parseHead(result);
        if (old.kind !== 'request' || now.kind !== 'request') return expect.unreachable();
        expect(now.verb).toBe(old.verb);
        const isTargetEdited = changes.path !== undefined || changes.query !== undefined || changes.host !== undefined;
        if (!isTargetEdited) expect(now.target).toBe(old.target);
        const prefix = /^https?:\/\/[^/]*/;
        if (changes.host === undefined) expect(now.target.match(prefix)?.[0]).toBe(old.target.match(prefix)?.[0]);
        if (changes.query === undefined) expect(now.target.split('?')[1]).toBe(old.target.split('?')[1]);
        const [path] = now.target.replace(prefix, '').split('?');
        const [oldPath = ''] = old.target.replace(prefix, '').split('?');
        if (changes.path === undefined) expect(path).toBe(oldPath);
        else expect(path).toBe(typeof changes.path === 'string' ? changes.path : changes.path(oldPath));
        for (const [name, value] of changes.query?.set ?? []) {
          const last = changes.query?.set?.findLast(([other]) => other === name);
          if (last?.[1] === value)
            expect(new URLSearchParams(now.target.split('?')[1]).getAll(name)).toEqual([Buffer.from(value).toString()]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('the same edits applied again change nothing more', () => {
    fc.assert(
      fc.property(request, edits, ({ bytes }, { body: _, path, ...changes }) => {
        const rewriter = new RequestRewriter(typeof path === 'string' ? { ...changes, path } : changes);
        const once = joined(rewriter.rewrite(parsed(bytes).request as NonNullable<Exchange['request']>));
        const twice = joined(rewriter.rewrite(parsed(once).request as NonNullable<Exchange['request']>));
        expect(twice).toEqual(once);
      }),
      { numRuns: 500 },
    );
  });
});

describe('views', () => {
  const codings = fc.array(fc.constantFrom('gzip', 'deflate', 'br', 'zstd', 'x', 'identity'), { maxLength: 3 });
  const code = (coding: string, bytes: Uint8Array): Uint8Array => {
    if (coding === 'gzip') return zlib.gzipSync(bytes);
    if (coding === 'deflate') return zlib.deflateSync(bytes);
    return coding === 'br' ? zlib.brotliCompressSync(bytes, QUICK) : bytes;
  };

  test('random, mutated and holed bodies never throw, and stay below the limit', () => {
    const holes = fc.array(fc.record({ offset: fc.nat(300), byteCount: fc.nat(50) }), { maxLength: 2 });
    const flips = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 });
    const chunking = fc.constantFrom('', 'Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: gzip, chunked\r\n');
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        codings,
        chunking,
        flips,
        holes,
        (data, names, te, changes, missing) => {
          let body: Uint8Array = data;
          for (const name of names) body = code(name, body);
          const sent =
            te === ''
              ? body
              : Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);
          const mutated = Uint8Array.from(sent);
          for (const [at, mask] of changes) if (at < mutated.length) mutated[at] = (mutated[at] as number) ^ mask;
          const head = Buffer.from(`HTTP/1.1 200 OK\r\n${te}Content-Encoding: ${names.join()}\r\n\r\n`);
          const message = { parts: [head, mutated], headByteCount: head.length, missing };
          const { bytes, codings: undone, complete, problem } = viewBody(message, { maxBytes: 150 });
          expect(complete).toBe(problem === undefined);
          if (undone.some((coding) => coding !== 'chunked')) expect(bytes.length).toBeLessThanOrEqual(150);
          expect(() => parseHead(message)).not.toThrow();
        },
      ),
      { numRuns: 2000 },
    );
  });
});
