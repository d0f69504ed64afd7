import { describe, expect, test } from 'vitest';
import { type Message, messageBytes } from '../../../../../core/index.ts';
import { type RequestEdits, rewriteRequest } from '../../../../../parser/index.ts';

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
