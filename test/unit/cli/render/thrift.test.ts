import { describe, expect, test } from 'vitest';
import { parseIdl } from '../../../../cli/idl/parse-idl.ts';
import { renderExchange } from '../../../../cli/render/exchange.ts';
import { renderExchangeDocument } from '../../../../cli/render/exchange-document.ts';
import { renderThrift, withoutThriftCredentials } from '../../../../cli/render/thrift.ts';
import type { Message } from '../../../../core/index.ts';
import { ThriftNames } from '../../../../parser/index.ts';
import { exchange as exchangeOf, message as httpMessage } from '../../../support/exchanges/index.ts';
import {
  apacheMessage,
  framed,
  i32,
  i64,
  KIND,
  list,
  type PlainStruct,
  struct,
  text,
  ttheader,
} from '../../../support/thrift/index.ts';

const { body } = parseIdl(
  `enum State { FREE, SOLD = 2 }
   struct Item { 1: string name, 2: State state, 3: list<State> past, 4: map<string, Item> parts }
   exception Gone { 1: string why }
   service Stock { Item find(1: Item item, 2: i64 count) throws (1: Gone gone) }`,
  'stock.thrift',
);
const NAMES = new ThriftNames([{ file: 'stock.thrift', body, includes: new Map() }]);

const rendered = (one: Message, names: ThriftNames | undefined, withSecrets: boolean) =>
  renderThrift(one, names, { withSecrets, raw: false });

function message(bytes: Uint8Array): Message {
  const at = { streamOffset: 0, firstByteAt: 0, lastByteAt: 0 };
  return {
    parts: [bytes],
    byteCount: bytes.length,
    headByteCount: 0,
    ...at,
    complete: true,
    truncated: false,
    missing: [],
  };
}

const payload = (kind: number, body: PlainStruct) =>
  apacheMessage('binary', { name: 'Stock:find', kind, sequenceId: 7, body });

const ITEM = struct([1, text('pump "a"\u001b[31m')], [2, i32(2)], [3, list('i32', i32(0), i32(9))], [9, text('?')]);

describe('renderThrift', () => {
  test('a call without IDL: fields by id', () => {
    const shown = rendered(message(framed(payload(KIND.call, struct([1, ITEM], [2, i64(5n)])))), undefined, false);
    expect(shown.split('\n')).toEqual([
      'framed, binary',
      'call Stock:find, sequence id 7',
      'arguments',
      '  1: struct',
      '    1: string "pump \\"a\\"\\x1b[31m"',
      '    2: i32 2',
      '    3: list<i32> [0, 9]',
      '    9: string "?"',
      '  2: i64 5',
    ]);
  });

  test('with IDL: names of fields and enum values; what it does not say stays by id', () => {
    const parts = {
      type: 'map',
      keyType: 'string',
      valueType: 'struct',
      entries: [[text('a'), struct([2, i32(0)])]],
    } as const;
    const shown = rendered(
      message(
        payload(
          KIND.call,
          struct([1, struct([4, parts], ...ITEM.fields.map(({ id, value }) => [id, value] as const))]),
        ),
      ),
      NAMES,
      false,
    );
    expect(shown.split('\n').slice(2)).toEqual([
      'arguments',
      '  1 item: Item',
      '    4 parts: map<string, Item>',
      '      "a": Item',
      '        2 state: State FREE (0)',
      '    1 name: string "pump \\"a\\"\\x1b[31m"',
      '    2 state: State SOLD (2)',
      '    3 past: list<State> [FREE (0), 9]',
      '    9: string "?"',
    ]);
  });

  test('answers: a result, a declared exception, an application exception, void', () => {
    const lines = (kind: number, body: PlainStruct) =>
      rendered(message(payload(kind, body)), NAMES, false)
        .split('\n')
        .slice(2);
    expect(lines(KIND.reply, struct([0, struct([1, text('x')])]))).toEqual([
      'result',
      '  0 success: Item',
      '    1 name: string "x"',
    ]);
    expect(lines(KIND.reply, struct([1, struct([1, text('x')])]))).toEqual([
      'declared exception',
      '  1 gone: Gone',
      '    1 why: string "x"',
    ]);
    expect(lines(KIND.exception, struct([1, text('no')], [2, i32(1)]))).toEqual([
      'application exception UNKNOWN_METHOD',
      '  1 message: string "no"',
      '  2 type: i32 1',
    ]);
    expect(lines(KIND.reply, struct())).toEqual(['result: none']);
  });

  test('credentials among the headers are hidden, in the bytes too', () => {
    const bytes = ttheader(payload(KIND.call, struct()), {
      text: { authorization: 'secret1', user: 'u' },
      integer: { 2: 'log' },
      token: 'secret2',
    });
    const hidden = rendered(message(bytes), undefined, false);
    expect(hidden).toContain('header LogID (2): log');
    expect(hidden).not.toMatch(/secret\d/);
    expect(rendered(message(bytes), undefined, true)).toContain('header token: secret2');
    expect(Buffer.from(withoutThriftCredentials(message(bytes)))).toEqual(
      Buffer.from(bytes.toString('latin1').replaceAll(/secret\d/g, '*******'), 'latin1'),
    );
  });

  test('what is not understood is shown as octets', () => {
    const shown = rendered(message(Buffer.from('GET / HTTP/1.1')), undefined, false);
    expect(shown).toContain('not-thrift');
    expect(shown).toContain('47 45 54');
  });

  test('raw: the octets', () => {
    const shown = renderThrift(message(payload(KIND.call, struct())), NAMES, { withSecrets: false, raw: true });
    expect(shown).toContain('80 01 00 01');
    expect(shown).not.toContain('call');
  });

  test('a message in an HTTP body is shown behind it; the request says what the answer is', () => {
    const call = payload(KIND.call, struct([2, i64(5n)]));
    const answer = payload(KIND.reply, struct());
    const exchange = exchangeOf({
      request: httpMessage(
        `POST / HTTP/1.1\r\ncontent-type: application/x-thrift\r\ncontent-length: ${call.length}\r\n\r\n`,
        call,
      ),
      response: httpMessage(`HTTP/1.1 200 OK\r\ncontent-length: ${answer.length}\r\n\r\n`, answer),
    });
    const shown = renderExchange(exchange, { withSecrets: false, raw: false, color: false, names: NAMES });
    expect(shown).toContain('call Stock:find, sequence id 7\narguments\n  2 count: i64 5');
    expect(shown).toContain('result: none');
    expect(JSON.parse(renderExchangeDocument(exchange, false, NAMES)).thrift).toMatchObject({
      request: { method: 'find', arguments: { 2: { name: 'count', type: 'i64', value: '5' } } },
      response: { kind: 'reply', result: { kind: 'void', fields: {} } },
    });
  });

  test('a long list stops after some screens', () => {
    const many = list('struct', ...Array.from({ length: 1000 }, () => struct([1, i32(1)])));
    const shown = rendered(message(payload(KIND.call, struct([1, many]))), undefined, false);
    expect(shown.split('\n').length).toBeLessThan(410);
    expect(shown).toMatch(/… \d+ more values/);
  });
});
