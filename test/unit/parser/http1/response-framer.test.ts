import { describe, expect, test } from 'vitest';
import { type FramedResponse, MAX_RESPONSE_HEAD_BYTES, ResponseFramer } from '../../../../parser/index.ts';

interface Seen {
  readonly complete: FramedResponse[];
  readonly failed: string[];
  readonly interim: number[];
}

function framer(...verbs: string[]): { framer: ResponseFramer; seen: Seen; push(text: string, cut?: number): void } {
  const seen: Seen = { complete: [], failed: [], interim: [] };
  const subject = new ResponseFramer({
    complete: (response) => seen.complete.push(response),
    failed: (reason) => seen.failed.push(reason),
    interim: (status) => seen.interim.push(status),
  });
  for (const verb of verbs) subject.expect(verb);
  const reused = Buffer.alloc(1 << 20);
  const push = (text: string, cut = text.length) => {
    for (let at = 0; at < text.length; at += cut) {
      const count = reused.write(text.slice(at, at + cut), 7, 'latin1');
      subject.push(reused, 7, 7 + count);
      reused.fill(0);
    }
  };
  return { framer: subject, seen, push };
}

const statuses = (seen: Seen) => seen.complete.map((response) => response.status);

describe('ResponseFramer', () => {
  const pipeline =
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello' +
    'HTTP/1.1 100 Continue\r\n\r\n' +
    'HTTP/1.1 404 Not Found\r\ntransfer-encoding: gzip, Chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n' +
    'HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n' +
    'HTTP/1.1 204 No Content\r\n\r\n' +
    'HTTP/1.0 304\nConnection: keep-alive\n\n' +
    'HTTP/1.1 500 Oh\r\nConnection: foo, close\r\nContent-Length: 0\r\n\r\n';

  test.each([1, 2, 3, 5, 7, 64, 100_000])('a pipeline cut every %i bytes is the same six answers', (cut) => {
    const { seen, push, framer: subject } = framer('GET', 'POST', 'HEAD', 'GET', 'GET', 'GET');
    push(pipeline, cut);
    expect(statuses(seen)).toEqual([200, 404, 200, 204, 304, 500]);
    expect(seen.complete.map((response) => response.keepAlive)).toEqual([true, true, true, true, true, false]);
    expect(seen.complete[0]).toEqual({ status: 200, byteCount: 43, headByteCount: 38, keepAlive: true });
    expect(seen.interim).toEqual([100]);
    expect(seen.failed).toEqual([]);
    expect(subject.outstanding).toBe(0);
  });

  test('a body without length ends when the peer closes', () => {
    const { seen, push, framer: subject } = framer('GET');
    push('HTTP/1.1 200 OK\r\n\r\nuntil the end');
    expect(subject.outstanding).toBe(1);
    subject.end();
    expect(seen.complete).toEqual([{ status: 200, byteCount: 32, headByteCount: 19, keepAlive: false }]);
  });

  test.each([
    ['', 'closed-before-response'],
    ['HTTP/1.1 20', 'response-incomplete'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell', 'response-incomplete'],
  ])('a peer that closes after %j fails what is owed', (text, reason) => {
    const { seen, push, framer: subject } = framer('GET');
    push(text);
    subject.end();
    expect(seen.failed).toEqual([reason]);
  });

  test.each([
    ['SSH-2.0-x\r\n', 'not-http'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n', 'absurd-length'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 'bad-chunk-size'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc', 'bad-chunk-end'],
    [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(MAX_RESPONSE_HEAD_BYTES)}`, 'head-too-long'],
  ])('%.60j fails once and stays failed, however it is cut', (text, reason) => {
    for (const cut of [text.length, 1000]) {
      const { seen, push, framer: subject } = framer('GET', 'GET');
      push(text, cut);
      push('HTTP/1.1 204 No Content\r\n\r\n');
      subject.end();
      expect(seen).toEqual({ complete: [], failed: [reason], interim: [] });
    }
  });

  test('a head cut in two may be followed by more than a head may hold', () => {
    const { seen, push } = framer('GET');
    push('HTTP/1.1 200 OK\r\nContent-Length: 500000\r');
    push(`\n\r\n${'b'.repeat(500_000)}`);
    expect(seen.complete[0]?.byteCount).toBe(500_000 + 43);
  });

  test('an answer to nothing fails; blank lines between answers do not', () => {
    const { seen, push } = framer('GET');
    push('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n\r\n');
    expect(seen.failed).toEqual([]);
    push('HTTP/1.1 408 Request Timeout\r\n\r\n');
    expect(seen.failed).toEqual(['unexpected-response']);
  });

  test('a tunnel is one answer, and what follows is not looked at', () => {
    const { seen, push, framer: subject } = framer('CONNECT');
    push('HTTP/1.1 200 Connected\r\n\r\n');
    push('\x16\x03\x01');
    subject.end();
    expect(statuses(seen)).toEqual([200]);
    expect(seen.failed).toEqual([]);
  });

  test('answer by answer: each call stops behind the one that ended', () => {
    const { framer: subject, seen } = framer('GET', 'GET', 'GET');
    const answers = [
      'HTTP/1.1 204 No Content\r\n\r\n',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
      'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno',
    ];
    const bytes = Buffer.from(answers.join(''));
    let at = 0;
    for (const answer of answers) {
      const stop = subject.pushAnswer(bytes, at, bytes.length);
      expect(stop - at).toBe(answer.length);
      at = stop;
    }
    expect(statuses(seen)).toEqual([204, 200, 404]);
    const more = Buffer.from('garbage');
    expect(subject.pushAnswer(more, 0, more.length)).toBe(more.length);
    expect(seen.failed).toEqual(['unexpected-response']);
  });

  test('the next request may be announced from within the answer', () => {
    const answered: number[] = [];
    const subject: ResponseFramer = new ResponseFramer({
      complete: (response) => {
        answered.push(response.status);
        if (answered.length < 300) subject.expect('GET');
      },
      failed: (reason) => expect.unreachable(reason),
    });
    subject.expect('GET');
    const bytes = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'.repeat(300));
    subject.push(bytes, 0, bytes.length);
    expect(answered).toHaveLength(300);
  });
});
