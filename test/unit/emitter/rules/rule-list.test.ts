import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Exchange } from '../../../../core/index.ts';
import { checkRules, RewriterCache, RuleList } from '../../../../emitter/rules/index.ts';
import { rewriteThrift, viewThrift } from '../../../../parser/index.ts';
import { exchange, message } from '../../../support/exchanges/index.ts';
import { apacheMessage, framed, ttheader } from '../../../support/thrift/index.ts';

const list = (...rules: unknown[]) => new RuleList(checkRules(rules));

/** The request as it goes; `left out by …` where it does not. */
function sent(rules: RuleList, recorded: Exchange): string {
  const verdict = rules.apply(recorded);
  if (verdict.kind === 'left-out') return `left out by ${verdict.rule}`;
  const rewriter = new RewriterCache({}, {}).of(verdict.edits?.http);
  return Buffer.concat(rewriter.rewrite(recorded.request as NonNullable<Exchange['request']>)).toString();
}

function get(target = '/items/17?full=1', fields = ''): Exchange {
  const path = target.split('?', 1)[0] as string;
  const request = message(`GET ${target} HTTP/1.1\r\nHost: shop.example\r\n${fields}\r\n`);
  return exchange({ path, operation: `GET ${path}`, request });
}

function post(body: string | Uint8Array, fields = ''): Exchange {
  const length = Buffer.byteLength(body as string);
  const request = message(`POST /orders HTTP/1.1\r\nContent-Length: ${length}\r\n${fields}\r\n`, body);
  return exchange({ verb: 'POST', path: '/orders', operation: 'POST /orders', request });
}

function call(framing: (payload: Buffer) => Buffer = framed): Exchange {
  const bytes = framing(
    apacheMessage('binary', {
      name: 'Catalogue:find',
      kind: 1,
      sequenceId: 7,
      body: {
        type: 'struct',
        fields: [
          { id: 1, value: { type: 'string', text: 'kettle' } },
          { id: 2, value: { type: 'i64', value: 5n } },
        ],
      },
    }),
  );
  return exchange({
    protocol: 'thrift',
    verb: '',
    path: '',
    operation: 'Catalogue:find',
    request: message('', bytes),
    status: 0,
  });
}

describe('conditions', () => {
  const matches = (match: unknown, recorded: Exchange) =>
    sent(list({ match, do: 'leave-out' }), recorded).startsWith('left out');

  test.each<[string, unknown, Exchange, boolean]>([
    ['nothing asked', {}, get(), true],
    ['verb', { method: 'GET' }, get(), true],
    ['one of the verbs', { method: ['PUT', 'POST'] }, post(''), true],
    ['none of the verbs', { method: ['PUT', 'POST'] }, get(), false],
    ['path with wildcard', { path: '/items/*' }, get(), true],
    ['path without query', { path: '/items/17' }, get('/items/17?a=/items/18'), true],
    ['path in the middle', { path: '*/17' }, get(), true],
    ['another path', { path: '/orders*' }, get(), false],
    ['path by expression', { path: 're:^/items/\\d+$' }, get(), true],
    ['path by expression anywhere', { path: 're:tem' }, get(), true],
    ['path by another expression', { path: 're:^/items/[a-z]+$' }, get(), false],
    ['header in any case', { header: { 'X-ENV': 'prod*' } }, get('/', 'x-Env:  production \r\n'), true],
    ['header of another value', { header: { 'x-env': 'prod' } }, get('/', 'x-Env: test\r\n'), false],
    ['header of a longer name', { header: { 'x-env': 'prod' } }, get('/', 'x-envy: prod\r\n'), false],
    ['second line of a header', { header: { 'x-env': 'b' } }, get('/', 'X-Env: a\r\nX-Env: b\r\n'), true],
    ['folded header', { header: { 'x-env': 'a b' } }, get('/', 'X-Env: a\r\n  b\r\n'), true],
    ['header is absent', { header: { 'x-env': '' } }, get(), true],
    ['header is empty', { header: { 'x-env': '' } }, get('/', 'X-Env:\r\n'), true],
    ['header is there', { header: { 'x-env': '*' } }, get('/', 'X-Env:\r\n'), true],
    ['header is not there', { header: { 'x-env': '*' } }, get(), false],
    ['header line in a body', { header: { 'x-env': '*' } }, post('a\nx-env: 1\n'), false],
    ['query', { query: { full: 1 } }, get(), true],
    ['query decoded', { query: { 'a b': 'é' } }, get('/?a+b=%C3%A9'), true],
    ['query without value', { query: { full: '' } }, get('/?full'), true],
    ['query absent', { query: { full: '*' } }, get('/'), false],
    ['status', { status: [404, '2xx'] }, get(), true],
    ['status from', { status: '>=500' }, get(), false],
    ['body holds', { body: 'kettle' }, post('a kettle.'), true],
    ['body by expression', { body: 're:k.t+le\\.$' }, post('a kettle.'), true],
    ['body coded', { body: 'kettle' }, post(zlib.gzipSync('kettle'), 'Content-Encoding: gzip\r\n'), true],
    ['json text', { json: { 'items[*].sku': 'b*' } }, post('{"items":[{"sku":"a"},{"sku":"b\\u0031"}]}'), true],
    ['json number as written', { json: { n: '1.50' } }, post('{"n":1.50}'), true],
    ['json absent', { json: { m: '' } }, post('{"n":1.50}'), true],
    ['json where there is none', { json: { m: '*' } }, post('m=1'), false],
    ['operation', { operation: 'GET /items/*' }, get(), true],
    ['service', { service: 'catalogue' }, get(), true],
    ['source', { source: 'back' }, get(), false],
    ['protocol', { protocol: 'thrift' }, get(), false],
    ['all of several', { method: 'GET', status: 404 }, get(), false],
    ['not', { not: { method: 'GET', status: 200 } }, get(), false],
    ['not all of it', { not: { method: 'GET', status: 404 } }, get(), true],
    ['function', { thrift: { function: 'find' } }, call(), true],
    ['function with its service', { thrift: { function: 'Catalogue:f*' } }, call(), true],
    ['function of another service', { thrift: { function: 'Orders:find' } }, call(), false],
    ['field', { thrift: { field: { 1: 'k*', 2: 5 } } }, call(), true],
    ['field absent', { thrift: { field: { 3: '' } } }, call(), true],
    ['another field', { thrift: { field: { 2: 6 } } }, call(), false],
    ['thrift of HTTP', { thrift: { function: '*' } }, get(), false],
    ['verb of Thrift', { method: '*' }, call(), false],
    ['key of TTHeader', { header: { Caller: 'me' } }, call((p) => ttheader(p, { text: { caller: 'me' } })), true],
  ])('%s', (_, match, recorded, expected) => {
    expect(matches(match, recorded)).toBe(expected);
  });

  test('a share takes whole traces, and about that many of them', () => {
    const rules = list({ match: { share: 10 }, do: 'leave-out' });
    const traces = Array.from({ length: 5_000 }, (_, i) => i.toString(16).padStart(32, '0'));
    const leftOut = traces.filter((traceId) => {
      const trace = { traceId, spanId: '', parentSpanId: '' };
      const [one, other] = [get('/a'), get('/b')].map((recorded) => rules.apply({ ...recorded, trace }).kind);
      expect(one).toBe(other);
      return one === 'left-out';
    });
    expect(Math.abs(leftOut.length - 500)).toBeLessThan(100);
  });
});

describe('edits of HTTP requests', () => {
  test('nothing is changed where no rule matches', () => {
    const rules = list({ match: { method: 'PUT' }, do: [{ 'set-header': { a: 'b' } }] });
    expect(rules.apply(get())).toEqual({ kind: 'keep', edits: undefined, rules: [] });
  });

  test('header, host, path and query, and all else as it was', () => {
    const rules = list({
      do: [
        { 'set-header': { 'X-Env': 'candidate' } },
        { 'remove-header': ['cookie'] },
        { 'set-host': 'candidate:81' },
        { 'replace-path': { pattern: 're:^/(\\w+)/(\\d+)$', with: '/v2/$2/$1' } },
        { 'set-query': { page: 2 } },
        { 'remove-query': 'full' },
      ],
    });
    const asked = get('/items/17?full=1&a=%20', 'cookie: a=1\r\nACCEPT:  */*\r\n');
    expect(sent(rules, asked)).toBe(
      'GET /v2/17/items?a=%20&page=2 HTTP/1.1\r\nHost: candidate:81\r\nACCEPT:  */*\r\nX-Env: candidate\r\n\r\n',
    );
  });

  test('the last rule wins, and each sees the request as recorded', () => {
    const rules = list(
      { do: [{ 'set-header': { 'X-A': 1, 'X-B': 1 } }, { 'set-path': '/moved' }] },
      { match: { header: { 'x-a': '*' } }, do: 'leave-out' },
      { match: { path: '/items/*' }, do: [{ 'remove-header': 'x-a' }, { 'set-header': { 'x-b': 2 } }] },
      { match: { path: '/moved' }, do: 'leave-out' },
    );
    expect(sent(rules, get())).toBe('GET /moved?full=1 HTTP/1.1\r\nHost: shop.example\r\nx-b: 2\r\n\r\n');
  });

  test('a path in absolute form was matched and replaced with its host', () => {
    const rules = list({
      match: { path: '/items/*' },
      do: [{ 'replace-path': { pattern: 're:^/items', with: '/goods' } }],
    });
    expect(sent(rules, get('http://shop.example/items/17?a=1'))).toMatch(/^GET http:\/\/shop.example\/goods\/17\?a=1 /);
    expect(rules.hits[0]).toMatchObject({ matched: 1, applied: 1, failed: {} });
  });

  test('paths are changed in turn', () => {
    const rules = list(
      { do: [{ 'replace-path': { pattern: 'items', with: 'goods' } }] },
      { do: [{ 'replace-path': { pattern: 're:/goods/(\\d)', with: '/g/$1$1' } }] },
    );
    expect(sent(rules, get('/items/17/items'))).toMatch(/^GET \/g\/117\/goods HTTP/);
  });

  test('keep ends the list, with the edits so far', () => {
    const rules = list(
      { match: { path: '/items/*' }, do: [{ 'set-header': { 'X-A': 1 } }, 'keep'] },
      { do: 'leave-out' },
    );
    expect(sent(rules, get())).toContain('X-A: 1');
    expect(sent(rules, post(''))).toBe('left out by rule 2');
    expect(rules.hits).toEqual([
      { name: 'rule 1', matched: 1, applied: 1, failed: {} },
      { name: 'rule 2', matched: 1, applied: 1, failed: {} },
    ]);
  });

  test('a value of JSON is spliced in, numbers of any size and spaces stay', () => {
    const rules = list({
      do: [{ 'set-json': { path: 'user.id', value: 'é' } }, { 'remove-json': ['items[*].secret', 'none'] }],
    });
    const body =
      '{ "n":123456789012345678901234567890.10, "user" : {"id":1, "id" :  {"x":[]}},\n "items":[{"secret":1},{"a":1,"secret":"\\""}]}';
    expect(sent(rules, post(body))).toBe(
      'POST /orders HTTP/1.1\r\nContent-Length: 99\r\n\r\n' +
        '{ "n":123456789012345678901234567890.10, "user" : {"id":"é", "id" :  "é"},\n "items":[{},{"a":1}]}',
    );
  });

  test('what does not fit is counted, and the rest of the rule is done', () => {
    const rules = list({
      name: 'token',
      do: [{ 'set-json': { path: 'token', value: 't' } }, { 'set-header': { 'X-A': 1 } }],
    });
    expect(sent(rules, post('{"a":1}'))).toBe('POST /orders HTTP/1.1\r\nContent-Length: 7\r\nX-A: 1\r\n\r\n{"a":1}');
    sent(rules, post('a=1'));
    sent(rules, call());
    expect(rules.hits).toEqual([
      {
        name: 'token',
        matched: 3,
        applied: 2,
        failed: { 'no-such-json-field': 1, 'not-json': 1, 'other-protocol': 1 },
      },
    ]);
  });

  test('what does not fit leaves the request out where the rule says so', () => {
    const rules = list({ onProblem: 'leave-out', do: [{ 'replace-path': { pattern: 'tenant-a', with: 'tenant-b' } }] });
    expect(rules.apply(get())).toEqual({ kind: 'left-out', rule: 'rule 1', problem: 'pattern-not-found' });
    expect(sent(rules, get('/tenant-a/x'))).toMatch(/^GET \/tenant-b\/x/);
  });

  test('a pattern replaces in the decoded body, which is coded again', () => {
    const rules = list({ do: [{ 'replace-body': { pattern: 're:(\\d+)é', with: '<$1>' } }] });
    const recorded = post(zlib.gzipSync('1é 2é 3'), 'Content-Encoding: gzip\r\n');
    const verdict = rules.apply(recorded);
    if (verdict.kind !== 'keep') return expect.unreachable();
    const rewriter = new RewriterCache({}, {}).of(verdict.edits?.http);
    const bytes = Buffer.concat(rewriter.rewrite(recorded.request as NonNullable<Exchange['request']>));
    expect(zlib.gunzipSync(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4)).toString()).toBe('<1> <2> 3');
  });

  test('requests of the same edits share one object, and so one rewriter', () => {
    const rules = list(
      { do: [{ 'set-header': { a: 1 } }] },
      { match: { path: '/b' }, do: [{ 'set-header': { b: 1 } }] },
    );
    const edits = ['/a', '/a', '/b', '/b'].map((path) => {
      const verdict = rules.apply(get(path));
      return verdict.kind === 'keep' ? verdict.edits?.http : undefined;
    });
    expect(edits[0]).toBe(edits[1]);
    expect(edits[2]).toBe(edits[3]);
    expect(edits[0]).not.toBe(edits[2]);
    const cache = new RewriterCache({}, {});
    expect(cache.of(edits[0])).toBe(cache.of(edits[1]));
    expect(cache.of(edits[2])).not.toBe(cache.of(edits[1]));
  });

  test('a path kept from the check is not taken for another request', () => {
    const rules = list({ do: [{ 'replace-path': { pattern: 're:\\d+', with: 'N' } }] });
    const [one, other] = [get('/items/17'), get('/a/1/b/2')];
    const [edits] = [one, other].map((recorded) => rules.apply(recorded)).map((v) => (v.kind === 'keep' ? v.edits : v));
    const rewriter = new RewriterCache({}, {}).of((edits as { http: object }).http);
    expect(Buffer.concat(rewriter.rewrite(one.request as never)).toString()).toMatch(/^GET \/items\/N /);
    expect(Buffer.concat(rewriter.rewrite(other.request as never)).toString()).toMatch(/^GET \/a\/N\/b\/N /);
  });

  test('flags come behind the rules, defaults before them', () => {
    const rules = list({ do: [{ 'set-header': { 'X-A': 'rule', Connection: 'close' } }] });
    const verdict = rules.apply(get());
    const cache = new RewriterCache(
      { setHeaders: [['Connection', 'keep-alive']] },
      { setHeaders: [['x-a', 'flag']], removeHeaders: ['none'] },
    );
    const text = (edits: Parameters<typeof cache.of>[0]) =>
      Buffer.concat(cache.of(edits).rewrite(get().request as never)).toString();
    expect(text(verdict.kind === 'keep' ? verdict.edits?.http : undefined)).toContain('Connection: close\r\nx-a: flag');
    expect(text(undefined)).toContain('Connection: keep-alive\r\nx-a: flag');
  });
});

describe('edits of Thrift calls', () => {
  test('fields and headers', () => {
    const rules = list({
      do: [
        {
          'set-field': [
            { path: '1', value: 'pot' },
            { path: '2', value: '9007199254740993' },
          ],
        },
        { 'set-thrift-header': { caller: 'bench', '#9': 'x' } },
        { 'remove-thrift-header': 'old' },
      ],
    });
    const recorded = call((payload) => ttheader(payload, { text: { caller: 'me', old: '1' } }));
    const verdict = rules.apply(recorded);
    if (verdict.kind !== 'keep') return expect.unreachable();
    const { parts = [] } = rewriteThrift(recorded.request as never, verdict.edits?.thrift ?? {});
    const view = viewThrift(message('', Buffer.concat(parts)));
    expect(view.problems).toEqual([]);
    expect(
      view.body.fields.map(({ value }) => (value.type === 'string' ? value.text : 'value' in value && value.value)),
    ).toEqual(['pot', 9007199254740993n]);
    expect(view.headers.map(({ name, number, value }) => [number ?? name, value])).toEqual(
      expect.arrayContaining([
        ['caller', 'bench'],
        [9, 'x'],
      ]),
    );
    expect(view.headers).toHaveLength(2);
  });

  test('what does not fit leaves the other edits in place', () => {
    const rules = list({
      do: [
        {
          'set-field': [
            { path: '1', value: 5 },
            { path: '9', value: 'x' },
            { path: '2', value: 6 },
          ],
        },
        { 'set-thrift-header': { caller: 'bench' } },
      ],
    });
    const verdict = rules.apply(call());
    expect(verdict).toMatchObject({ kind: 'keep', edits: { thrift: { setFields: [{ path: [2], value: 6 }] } } });
    expect(rules.hits[0]).toEqual({
      name: 'rule 1',
      matched: 1,
      applied: 1,
      failed: { 'value-does-not-fit': 1, 'no-such-field': 1, 'no-headers': 1 },
    });
  });
});

test('more ways of coming together than are kept make no difference', () => {
  const bits = Array.from({ length: 12 }, (_, bit) => bit);
  const rules = list(
    ...bits.map((bit) => ({ match: { query: { [`q${bit}`]: '*' } }, do: [{ 'set-header': { [`x-${bit}`]: '1' } }] })),
  );
  for (let way = 0; way < 1 << bits.length; way++) {
    const chosen = bits.filter((bit) => (way & (1 << bit)) !== 0);
    const text = sent(rules, get(`/?${chosen.map((bit) => `q${bit}`).join('&')}`));
    expect(text.match(/^x-\d+/gm) ?? []).toEqual(chosen.map((bit) => `x-${bit}`));
  }
});
