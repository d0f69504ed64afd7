/** Whatever rules change, all else is byte-identical, the framing holds, and hostile requests never throw. */
import zlib from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Exchange, messageBytes } from '../../core/index.ts';
import { checkRules, RewriterCache, RuleList } from '../../emitter/rules/index.ts';
import { setJson } from '../../emitter/rules/json/edit-json.ts';
import { parseHead, rewriteThrift, viewBody, viewThrift } from '../../parser/index.ts';
import { EVERY } from '../../parser/json/json-path.ts';
import { conversation } from '../support/conversation.ts';
import { exchange, message } from '../support/exchanges/index.ts';
import { anyStruct, apacheMessage, framed, meshHeader, theader, ttheader } from '../support/thrift/index.ts';

type Step = string | number;
interface Written {
  /** As written, blanks included. */
  readonly text: string;
  /** Places of the values within, by path. */
  readonly leaves: readonly { readonly path: readonly Step[]; readonly start: number; readonly end: number }[];
}

const blanks = fc.constantFrom('', '', ' ', '\n', '\t ', '\r\n');
const scalar = fc
  .oneof(
    fc.string().map((text) => JSON.stringify(text)),
    fc.constantFrom('1e400', '-0', '12345678901234567890.50', 'true', 'null', '"\\u00e9\\/\\""', '"é"', '"]}"'),
    fc.integer().map(String),
  )
  .map((text): Written => ({ text, leaves: [{ path: [], start: 0, end: text.length }] }));

/** Joins parts, and the leaves of those that have some under a step. */
function joined(parts: readonly (string | { readonly step: Step; readonly value: Written })[]): Written {
  let text = '';
  const leaves: Written['leaves'][number][] = [];
  for (const part of parts) {
    if (typeof part === 'string') text += part;
    else {
      for (const { path, start, end } of part.value.leaves) {
        leaves.push({ path: [part.step, ...path], start: text.length + start, end: text.length + end });
      }
      text += part.value.text;
    }
  }
  return { text, leaves };
}

const { document } = fc.letrec<{ document: Written; value: Written }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalar, tie('document')),
  document: fc.oneof(
    fc
      .uniqueArray(fc.tuple(fc.string({ maxLength: 4 }), blanks, blanks, tie('value')), {
        maxLength: 4,
        selector: ([name]) => name,
      })
      .map((members) =>
        joined([
          '{',
          ...members.flatMap(([step, before, after, value], place) => [
            `${place === 0 ? '' : ','}${before}${JSON.stringify(step)}${after}:${before}`,
            { step, value },
            after,
          ]),
          '}',
        ]),
      ),
    fc
      .array(fc.tuple(blanks, blanks, tie('value')), { maxLength: 4 })
      .map((elements) =>
        joined([
          '[',
          ...elements.flatMap(([before, after, value], step) => [
            `${step === 0 ? '' : ','}${before}`,
            { step, value },
            after,
          ]),
          ']',
        ]),
      ),
  ),
}));

const octets = (text: string) => Buffer.from(text).toString('latin1');

test('setting a value of JSON changes its octets alone', () => {
  fc.assert(
    fc.property(document, fc.nat(), ({ text, leaves }, choice) => {
      fc.pre(leaves.length > 0);
      const { path, start, end } = leaves[choice % leaves.length] as Written['leaves'][number];
      const edited = setJson(octets(text), path, '["new"]').text ?? '';
      expect(Buffer.from(edited, 'latin1').toString()).toBe(`${text.slice(0, start)}["new"]${text.slice(end)}`);
    }),
    { numRuns: 500 },
  );
});

test('any text is JSON or is not, and nothing throws', () => {
  const mutilated = fc
    .tuple(document, fc.nat(200), fc.constantFrom('', '"', '{', ']', ',', '\\', '0'))
    .map(([{ text }, at, by]) => text.slice(0, at) + by + text.slice(at + 1));
  fc.assert(
    fc.property(mutilated, (text) => {
      const { problem } = setJson(octets(text), ['a', EVERY], '1');
      if (isJson(text)) expect(problem).not.toBe('not-json');
    }),
    { numRuns: 1_000 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const body = fc.constantFrom('', 'a=1&b=2', '{"user":{"id":1,"name":"é"},"n":1.0}', '[]', '{"user":{}}');
const coding = fc.constantFrom('', '', 'gzip');
const fields = fc.array(fc.constantFrom('X-A: 1', 'x-b:2', 'Accept:  */*', 'Cookie: a=b', 'X-A: 3', 'X-F: a\r\n b'), {
  maxLength: 5,
});

function requestOf(target: string, lines: readonly string[], text: string, coded: string, chunked: boolean): Buffer {
  const content = coded === '' ? Buffer.from(text) : zlib.gzipSync(text);
  const framing = chunked ? 'Transfer-Encoding: chunked' : `content-length:${content.length}`;
  const sent = chunked
    ? Buffer.concat([
        ...[...content].flatMap((octet) => [Buffer.from('1;x\r\n'), Buffer.from([octet]), Buffer.from('\r\n')]),
        Buffer.from('0\r\nX-Trailer: t\r\n\r\n'),
      ])
    : content;
  const head = [
    `POST ${target} HTTP/1.1`,
    'Host: shop.example',
    ...lines,
    ...(coded === '' ? [] : ['Content-Encoding: gzip']),
    framing,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), sent]);
}

function parsed(bytes: Uint8Array): Exchange {
  const { exchanges } = conversation().client(bytes).server('HTTP/1.1 204 No\r\n\r\n').end();
  expect(exchanges.map(({ outcome, reason }) => [outcome, reason])).toEqual([['paired', '']]);
  return exchanges[0] as Exchange;
}

const RULES: readonly { readonly rule: unknown; readonly names: readonly string[] }[] = [
  { rule: { do: { 'set-header': { 'x-a': 'new' } } }, names: ['x-a'] },
  { rule: { match: { header: { 'x-a': '*' } }, do: { 'remove-header': 'Cookie' } }, names: ['cookie'] },
  { rule: { match: { query: { a: '1' } }, do: { 'set-host': 'new.example' } }, names: ['host'] },
  { rule: { do: { 'replace-path': { pattern: 're:^/(\\w+)', with: '/v2/$1' } } }, names: [] },
  { rule: { do: { 'set-query': { b: 'x y' }, 'remove-query': 'a' } }, names: [] },
  { rule: { match: { body: 'user' }, do: { 'set-json': { path: 'user.id', value: 'ü' } } }, names: ['content-length'] },
  { rule: { do: { 'replace-body': { pattern: 're:b=(\\d)', with: 'b=$1$1' } } }, names: ['content-length'] },
];

test('all that no rule names is byte-identical, and the framing holds', () => {
  const target = fc.constantFrom('/items', '/items?a=1&c=%20', '/', '/x?b', 'http://h/items?a=1');
  const rules = fc.subarray([...RULES], { minLength: 1 });
  fc.assert(
    fc.property(target, fields, body, coding, fc.boolean(), rules, (asked, lines, text, coded, chunked, chosen) => {
      const bytes = requestOf(asked, lines, text, coded, chunked);
      const before = parsed(bytes);
      const list = new RuleList(checkRules(chosen.map(({ rule }) => rule)));
      const verdict = list.apply(before);
      if (verdict.kind !== 'keep') return expect.unreachable();
      const request = before.request as NonNullable<Exchange['request']>;
      const sent = Buffer.concat(new RewriterCache({}, {}).of(verdict.edits?.http).rewrite(request));
      const after = parsed(sent).request as typeof request;
      expect(after.byteCount).toBe(sent.length);

      const named = new Set(chosen.flatMap(({ names }) => names));
      const unnamed = (one: typeof request) =>
        parseHead(one).fields.filter(({ name }) => !named.has(name.toLowerCase()));
      expect(unnamed(after)).toEqual(unnamed(request));
      const isNamed = (place: number) => chosen.includes(RULES[place] as (typeof RULES)[number]);
      const expected = [
        (one: string) => (isNamed(5) ? one.replace('"id":1', '"id":"ü"') : one),
        (one: string) => (isNamed(6) ? one.replace('b=2', 'b=22') : one),
      ].reduce<string>((one, edit) => edit(one), text);
      expect([viewBody(after).problem, Buffer.from(viewBody(after).bytes).toString()]).toEqual([undefined, expected]);
      if (expected === text) {
        const tail = (one: typeof request) => messageBytes(one).subarray(one.headByteCount);
        expect(Buffer.from(tail(after))).toEqual(Buffer.from(tail(request)));
      }
      for (const { matched, applied } of list.hits) expect(applied).toBeLessThanOrEqual(matched);
    }),
    { numRuns: 500 },
  );
});

const WRAPS: readonly ((payload: Buffer) => Buffer)[] = [
  (payload) => framed(payload),
  (payload) => theader(payload, { text: { caller: 'me' } }),
  (payload) => theader(zlib.deflateSync(payload), { text: { caller: 'me' }, transforms: [1] }),
  (payload) => ttheader(framed(payload), { text: { caller: 'me' } }),
  (payload) => meshHeader(payload, { caller: 'me' }),
];

test('Thrift calls get the edits that fit them, and frames stay right', () => {
  const rules = checkRules([
    { do: { 'set-field': [1, 2, 3].map((id) => ({ path: `${id}`, value: 'a longer text' })) } },
    { do: { 'set-field': [1, 2, 3].map((id) => ({ path: `${id}`, value: 7 })) } },
    { match: { header: { caller: '*' } }, do: { 'set-thrift-header': { caller: 'bench', more: 'x' } } },
  ]);
  fc.assert(
    fc.property(
      anyStruct(1),
      fc.constantFrom('binary' as const, 'compact' as const),
      fc.constantFrom(...WRAPS),
      (struct, encoding, wrap) => {
        const bytes = wrap(apacheMessage(encoding, { name: 'find', kind: 1, sequenceId: 3, body: struct }));
        const request = message('', bytes);
        const verdict = new RuleList(rules).apply(exchange({ protocol: 'thrift', operation: 'find', request }));
        if (verdict.kind !== 'keep') return expect.unreachable();
        const { parts, problem } = rewriteThrift(request, verdict.edits?.thrift ?? {});
        expect(problem).toBeUndefined();
        const [before, after] = [viewThrift(request), viewThrift({ ...request, parts: parts ?? [] })];
        expect(after.problems).toEqual([]);
        expect(after.body.fields.map(({ id, value }) => [id, value.type])).toEqual(
          before.body.fields.map(({ id, value }) => [id, value.type]),
        );
        if (before.headers.length > 0) {
          expect(after.headers.map(({ name, value }) => [name, value])).toEqual([
            ['caller', 'bench'],
            ['more', 'x'],
          ]);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('random bytes never throw, whatever is asked about them', () => {
  const list = new RuleList(
    checkRules([
      {
        match: {
          header: { a: '', b: '*' },
          not: { query: { a: 're:(a+)+' }, body: 're:x*y', json: { 'a[*].b': '*' } },
        },
        do: 'leave-out',
      },
      { match: { thrift: { field: { '1.1': '*' } } }, do: { 'set-field': { path: '1.1', value: 'x' } } },
      { do: { 'set-json': { path: 'a', value: 1 } } },
      { do: { 'replace-body': { pattern: 're:a', with: 'b' } } },
      { do: { 'set-thrift-header': { a: 'b' } } },
    ]),
  );
  const cache = new RewriterCache({}, {});
  const protocol = fc.constantFrom('http1' as const, 'thrift' as const, 'tcp' as const);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc
      .string({ maxLength: 80 })
      .map((text) => new Uint8Array(Buffer.from(`GET /?${text} HTTP/1.1\r\na: b\r\n\r\n${text}`))),
  );
  fc.assert(
    fc.property(protocol, bytes, fc.nat(90), (kind, content, headByteCount) => {
      const request = { ...message('', content), headByteCount };
      const verdict = list.apply(exchange({ protocol: kind, request }));
      if (verdict.kind === 'keep' && verdict.edits?.http !== undefined) cache.of(verdict.edits.http).rewrite(request);
    }),
    { numRuns: 2_000 },
  );
});
