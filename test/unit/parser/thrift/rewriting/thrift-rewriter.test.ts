import { describe, expect, test } from 'vitest';
import { messageBytes } from '../../../../../core/index.ts';
import { rewriteThrift, type ThriftEdits, viewThriftBody } from '../../../../../parser/index.ts';
import {
  apacheMessage,
  bool,
  framed,
  i32,
  KIND,
  struct,
  text,
  theader,
  ttheader,
} from '../../../../support/thrift/index.ts';

const CALL = {
  name: 'Stock:find',
  kind: KIND.call,
  sequenceId: 7,
  body: struct([1, struct([1, text('a')])], [2, i32(1)], [3, bool(true)]),
};
const PAYLOAD = apacheMessage('compact', CALL);

function rewrite(bytes: Uint8Array, edits: ThriftEdits): Uint8Array | string {
  const result = rewriteThrift({ parts: [bytes], complete: true, truncated: false }, edits);
  return result.parts === undefined ? result.problem : messageBytes({ parts: result.parts } as never);
}

const viewed = (bytes: Uint8Array | string) => viewThriftBody(bytes as Uint8Array);

describe('rewriteThrift', () => {
  test('nothing changed: the very parts', () => {
    const parts = [PAYLOAD];
    expect(rewriteThrift({ parts, complete: true, truncated: false }, { sequenceId: 7 }).parts).toBe(parts);
  });

  test('integer keys of TTHeader: in place, added to their run, a run of their own', () => {
    const bytes = ttheader(PAYLOAD, { integer: { 9: 'find' }, token: 'kept' });
    const view = viewed(
      rewrite(bytes, {
        setHeaders: [
          [9, 'seek'],
          [2, 'log'],
          ['k', 'v'],
        ],
      }),
    );
    expect(view.problems).toEqual([]);
    expect(view.headers.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'ToMethod=seek',
      'LogID=log',
      'token=kept',
      'k=v',
    ]);
    expect(viewed(rewrite(ttheader(PAYLOAD), { setHeaders: [[2, 'log']] })).headers).toMatchObject([
      { number: 2, value: 'log' },
    ]);
  });

  test('repeats of a key: the first is set, the others go', () => {
    const bytes = theader(PAYLOAD, { text: { a: '1' }, persistent: { a: '2', b: '3' } });
    const view = viewed(rewrite(bytes, { setHeaders: [['a', 'x']] }));
    expect(view.headers.map(({ place, name, value }) => `${place} ${name}=${value}`)).toEqual([
      'text a=x',
      'persistent b=3',
    ]);
  });

  test('a header behind a transform that cannot be undone can be changed, its payload not', () => {
    const bytes = theader(Buffer.from('snappy'), { transforms: [3], text: { a: '1' } });
    expect(viewed(rewrite(bytes, { setHeaders: [['a', '2']] })).headers).toMatchObject([{ value: '2' }]);
    expect(rewrite(bytes, { method: 'x' })).toBe('payload-not-read');
  });

  test('the last edit of a field counts', () => {
    const edits = {
      setFields: [
        { path: [2], value: 5 },
        { path: [2], value: 6 },
      ],
    };
    expect(viewed(rewrite(PAYLOAD, edits)).body.fields[1]?.value).toMatchObject({ value: 6 });
  });

  test('what cannot be done is said', () => {
    const whole = { parts: [PAYLOAD], complete: true, truncated: false };
    expect(rewriteThrift({ ...whole, complete: false }, {})).toEqual({ problem: 'not-whole' });
    expect(rewriteThrift({ ...whole, truncated: true }, {})).toEqual({ problem: 'not-whole' });
    expect(rewrite(framed(PAYLOAD).subarray(0, -1), { sequenceId: 1 })).toBe('not-whole');
    expect(rewrite(framed(PAYLOAD), { setHeaders: [['a', 'b']] })).toBe('no-headers');
    expect(rewrite(PAYLOAD, { setFields: [{ path: [4], value: 1 }] })).toBe('no-such-field');
    expect(rewrite(PAYLOAD, { setFields: [{ path: [2, 1], value: 1 }] })).toBe('no-such-field');
    expect(rewrite(PAYLOAD, { setFields: [{ path: [1], value: 1 }] })).toBe('value-does-not-fit');
    expect(rewrite(PAYLOAD, { setFields: [{ path: [2], value: 2 ** 31 }] })).toBe('value-does-not-fit');
    expect(rewrite(theader(PAYLOAD), { setHeaders: [[9, 'x']] })).toBe('no-such-integer-key');
    expect(rewrite(ttheader(PAYLOAD), { setHeaders: [['k', 'v'.repeat(70_000)]] })).toBe('header-too-long');
    expect(rewrite(Buffer.from('GET / HTTP/1.1'), { sequenceId: 1 })).toBe('not-thrift');
    expect(rewrite(Buffer.from('[1,"m",1,0,{}]'), { sequenceId: 1 })).toBe('json-encoding');
  });
});
