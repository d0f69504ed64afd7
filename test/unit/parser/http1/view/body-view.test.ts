import { readFileSync } from 'node:fs';
import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../../../../core/index.ts';
import { type BodyView, readBodyText, type ViewableMessage, viewBody } from '../../../../../parser/index.ts';

const TEXT = JSON.stringify(Array.from({ length: 200 }, (_, i) => ({ id: i, name: `item ${i % 7}` })));

function answer(fields: string, body: string | Uint8Array, about: Partial<Message> = {}): ViewableMessage {
  const head = Buffer.from(`HTTP/1.1 200 OK\r\n${fields === '' ? '' : `${fields}\r\n`}\r\n`);
  const bytes = Buffer.concat([head, typeof body === 'string' ? Buffer.from(body, 'latin1') : body]);
  return { parts: [bytes], headByteCount: head.length, ...about };
}

function chunked(...pieces: (string | Uint8Array)[]): Buffer {
  const framed = pieces.flatMap((piece) => {
    const data = Buffer.from(piece);
    return [Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')];
  });
  return Buffer.concat([...framed, Buffer.from('0\r\n\r\n')]);
}

function halves(bytes: Uint8Array): Uint8Array[] {
  return [bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)];
}

/** `decoded text | codings | problem`, the last left out where there is none. */
function told({ bytes, codings, problem, complete }: BodyView): string {
  expect(complete).toBe(problem === undefined);
  return [Buffer.from(bytes).toString('latin1'), codings.join(' '), problem]
    .filter((part) => part !== undefined)
    .join(' | ');
}

const view = (fields: string, body: string | Uint8Array, about?: Partial<Message>) =>
  told(viewBody(answer(fields, body, about)));

const zstd = (name: string) => readFileSync(new URL(`zstd/${name}.zst`, import.meta.url));

describe('codings undone', () => {
  const coders: [string, (text: string) => Uint8Array][] = [
    ['gzip', zlib.gzipSync],
    ['x-gzip', zlib.gzipSync],
    ['GZip', zlib.gzipSync],
    ['deflate', zlib.deflateSync],
    ['deflate', zlib.deflateRawSync],
    ['br', zlib.brotliCompressSync],
  ];
  for (const [name, code] of coders) {
    test(`${name} of ${code.name}`, () => {
      expect(view(`Content-Encoding: ${name}`, code(TEXT))).toBe(`${TEXT} | ${name.toLowerCase()}`);
    });
  }

  test('none and identity give the very bytes', () => {
    const message = answer('Content-Encoding: identity', 'as it is');
    const { bytes, codings, complete } = viewBody(message);
    expect({ codings, complete, same: bytes.buffer === message.parts[0]?.buffer }).toEqual({
      codings: [],
      complete: true,
      same: true,
    });
    expect(view('', 'as it is')).toBe('as it is | ');
  });

  test('chunks, with extensions and trailers', () => {
    const body = '3;a=b\r\nabc\r\n2 ; c="d"\r\nde\r\n0;last\r\nX-Sum: 5\r\n\r\n';
    expect(view('Transfer-Encoding: chunked', body)).toBe('abcde | chunked');
  });

  test('chunks with bare line feeds', () => {
    expect(view('Transfer-Encoding: chunked', '3\nabc\n0\n\n')).toBe('abc | chunked');
  });

  test('a transfer coding under the chunks', () => {
    const body = chunked(...halves(zlib.gzipSync(TEXT)));
    expect(view('Transfer-Encoding: gzip, chunked', body)).toBe(`${TEXT} | chunked gzip`);
    expect(view('transfer-encoding: gzip\r\nTransfer-Encoding: Chunked', body)).toBe(`${TEXT} | chunked gzip`);
  });

  test('chunked named twice counts once', () => {
    expect(view('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', chunked('abc'))).toBe('abc | chunked');
  });

  test('several content codings, the last first, under chunks', () => {
    const body = chunked(...halves(zlib.brotliCompressSync(zlib.deflateSync(TEXT))));
    expect(view('Content-Encoding: deflate, br\r\nTransfer-Encoding: chunked', body)).toBe(
      `${TEXT} | chunked br deflate`,
    );
  });

  test('a body in parts', () => {
    const message = answer('Content-Encoding: gzip', zlib.gzipSync(TEXT));
    const bytes = message.parts[0] as Uint8Array;
    const parts = [bytes.subarray(0, 50), bytes.subarray(50, 60), bytes.subarray(60)];
    expect(told(viewBody({ ...message, parts }))).toBe(`${TEXT} | gzip`);
  });

  test('several gzip members', () => {
    expect(view('Content-Encoding: gzip', Buffer.concat([zlib.gzipSync('one '), zlib.gzipSync('two')]))).toBe(
      'one two | gzip',
    );
  });

  test('no body where codings are declared: answers to HEAD, 304', () => {
    expect(view('Content-Encoding: gzip\r\nTransfer-Encoding: chunked', '')).toBe(' | ');
  });
});

describe('Zstandard', () => {
  // Written by `zstd` 1.5.4 of TEXT, at levels 1 and 19, and in two frames.
  for (const name of ['level-1', 'level-19', 'two-frames']) {
    test(name, () => expect(view('Content-Encoding: zstd', zstd(name))).toBe(`${TEXT} | zstd`));
  }

  test('a second block that uses the tables and offsets of the first', () => {
    const lines = Array.from({ length: 9000 }, (_, i) => `GET /items/${(i * i) % 977} ${i % 7} ok\n`).join('');
    const { bytes, problem } = viewBody(answer('Content-Encoding: zstd', zstd('two-blocks')));
    expect([Buffer.from(bytes).equals(Buffer.from(lines)), problem]).toEqual([true, undefined]);
  });

  test('a skippable frame is skipped', () => {
    const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    expect(view('Content-Encoding: zstd', Buffer.concat([skippable, zstd('level-1')]))).toBe(`${TEXT} | zstd`);
  });

  test('raw and repeated blocks', () => {
    const frame = Buffer.from('28b52ffd0058180000616263' + '2b000078', 'hex');
    expect(view('Content-Encoding: zstd', frame)).toBe('abcxxxxx | zstd');
  });

  test('cut, and flipped octets, give what was decoded before', () => {
    const bytes = zstd('level-1');
    for (let at = 0; at < bytes.length; at++) {
      const cut = viewBody(answer('Content-Encoding: zstd', bytes.subarray(0, at)));
      expect(TEXT.startsWith(Buffer.from(cut.bytes).toString())).toBe(true);
      if (at > 0) expect(cut.problem).toBe('incomplete');
      const flipped = Uint8Array.from(bytes);
      flipped[at] = (flipped[at] as number) ^ 0x55;
      expect(viewBody(answer('Content-Encoding: zstd', flipped)).bytes.length).toBeLessThan(1 << 20);
    }
  });

  test('a window of gigabytes and a huge content size cost nothing', () => {
    const frame = Buffer.from('28b52ffdc0f8ffffffffffffff7f180000616263', 'hex');
    expect(viewBody(answer('Content-Encoding: zstd', frame)).bytes.length).toBeLessThan(10);
  });

  test('a needed dictionary', () => {
    expect(view('Content-Encoding: zstd', Buffer.from('28b52ffd01580719000061', 'hex'))).toBe(' | zstd | broken');
  });
});

describe('what is not the whole body', () => {
  test('cut streams give everything before the cut', () => {
    for (const [name, code] of [
      ['gzip', zlib.gzipSync],
      ['deflate', zlib.deflateRawSync],
      ['br', zlib.brotliCompressSync],
    ] as const) {
      const coded = code(TEXT);
      const { bytes, problem } = viewBody(
        answer(`Content-Encoding: ${name}`, coded.subarray(0, coded.length - 20), { truncated: true }),
      );
      expect(problem).toBe('incomplete');
      expect(bytes.length).toBeGreaterThan(TEXT.length / 2);
      expect(TEXT.startsWith(Buffer.from(bytes).toString())).toBe(true);
    }
  });

  test('a body that the sender cut is incomplete though its message is not', () => {
    expect(view('Content-Encoding: gzip', zlib.gzipSync('abc').subarray(0, -3))).toBe('abc | gzip | incomplete');
  });

  test('a broken stream gives what comes before the break', () => {
    const coded = zlib.gzipSync(TEXT, { level: 0 });
    coded[5000] = (coded[5000] as number) ^ 1;
    expect(view('Content-Encoding: gzip', coded)).toMatch(/ \| gzip \| broken$/);
    const stored = zlib.deflateRawSync(TEXT, { level: 0 });
    const broken = Buffer.concat([stored, Buffer.from([0xff])]);
    broken[0] = 0;
    expect(view('Content-Encoding: deflate', broken)).toBe(`${TEXT} | deflate | broken`);
  });

  test('a body that never was coded as declared', () => {
    expect(view('Content-Encoding: gzip', 'plain text')).toBe(' | gzip | broken');
  });

  test('an unknown coding is left on, those above it are undone', () => {
    expect(view('Content-Encoding: aes128gcm, gzip', zlib.gzipSync('secret'))).toBe(
      'secret | gzip | unknown-coding:aes128gcm',
    );
    expect(view('Content-Encoding: br, compress', 'abc')).toBe('abc |  | unknown-coding:compress');
  });

  test('bytes that are still coded are not called a beginning', () => {
    expect(view('Content-Encoding: compress', 'abc', { complete: false })).toBe('abc |  | unknown-coding:compress');
  });

  test('broken chunks', () => {
    expect(view('Transfer-Encoding: chunked', '3\r\nabc\r\nzz\r\n')).toBe('abc | chunked | broken');
    expect(view('Transfer-Encoding: chunked', '3\r\nabcd\r\n')).toBe('abc | chunked | broken');
    expect(view('Transfer-Encoding: chunked', '3\r\nab')).toBe('ab | chunked | incomplete');
    expect(view('Transfer-Encoding: chunked', '3\r\nabc\r\n0\r\nX: y\r\n')).toBe('abc | chunked | incomplete');
    expect(view('Transfer-Encoding: chunked', 'ffffffffffffffff\r\nabc')).toBe('abc | chunked | incomplete');
  });

  test('missing bytes in a plain body leave the others', () => {
    const message = answer('Content-Length: 9', 'abcghi');
    const missing = [{ offset: message.headByteCount + 3, byteCount: 3 }];
    expect(told(viewBody({ ...message, missing, complete: false }))).toBe('abcghi |  | incomplete');
  });

  test('missing bytes within a chunk are stepped over, and end a coding', () => {
    const wire = 'a\r\nabcdefghij\r\n3\r\nklm\r\n0\r\n\r\n';
    const kept = wire.replace('def', '');
    const message = answer('Transfer-Encoding: chunked', kept);
    const missing = [{ offset: message.headByteCount + 6, byteCount: 3 }];
    expect(told(viewBody({ ...message, missing, complete: false }))).toBe('abcghijklm | chunked | incomplete');
    const framing = [{ offset: message.headByteCount + 12, byteCount: 5 }];
    const lost = answer('Transfer-Encoding: chunked', wire.slice(0, 12) + wire.slice(17));
    expect(told(viewBody({ ...lost, missing: framing, complete: false }))).toBe('abcdefghi | chunked | incomplete');
    const coded = zlib.gzipSync(TEXT);
    const holed = answer('Content-Encoding: gzip', Buffer.concat([coded.subarray(0, 200), coded.subarray(300)]));
    const decoded = viewBody({ ...holed, missing: [{ offset: holed.headByteCount + 200, byteCount: 100 }] });
    expect(decoded.problem).toBe('incomplete');
    expect(TEXT.startsWith(Buffer.from(decoded.bytes).toString())).toBe(true);
    expect(decoded.bytes.length).toBeGreaterThan(100);
  });
});

describe('bombs', () => {
  const zeros = Buffer.alloc(20 * 1024 * 1024);

  test('output stops at 16 MiB, or where it is told to', () => {
    const message = answer('Content-Encoding: gzip', zlib.gzipSync(zeros));
    const { bytes, problem } = viewBody(message);
    expect(problem).toBe('bomb');
    expect(bytes.length).toBeGreaterThan(1024 * 1024);
    expect(bytes.length).toBeLessThanOrEqual(16 * 1024 * 1024);
    const less = viewBody(message, { maxBytes: 100_000 });
    expect(less.problem).toBe('bomb');
    expect(less.bytes.length).toBeLessThanOrEqual(100_000);
    expect(viewBody(answer('Content-Encoding: gzip', zlib.gzipSync('abc')), { maxBytes: 3 }).problem).toBe(undefined);
  });

  const quick = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 3 } };

  test('no coding goes beyond 1,100 to 1', () => {
    const { bytes, problem } = viewBody(answer('Content-Encoding: br', zlib.brotliCompressSync(zeros, quick)));
    expect(problem).toBe('bomb');
    expect(bytes.length).toBeLessThanOrEqual(1024 * 1024);
  });

  test('Zstandard blocks that repeat one octet', () => {
    const block = Buffer.from([0x02, 0x00, 0x10, 0x00]);
    const frame = Buffer.concat([Buffer.from('28b52ffd0058', 'hex'), ...Array.from({ length: 2000 }, () => block)]);
    const { bytes, problem } = viewBody(answer('Content-Encoding: zstd', frame));
    expect({ problem, atLimit: bytes.length }).toEqual({ problem: 'bomb', atLimit: frame.length * 1100 });
  });

  test('codings on codings', () => {
    let bytes: Uint8Array = zlib.gzipSync('abc');
    for (let i = 0; i < 6; i++) bytes = zlib.gzipSync(bytes);
    expect(viewBody(answer(`Content-Encoding: ${Array(7).fill('gzip').join()}`, bytes)).problem).toBe(
      'too-many-codings',
    );
  });
});

describe('text', () => {
  const text = (fields: string, body: Uint8Array) => readBodyText(viewBody(answer(fields, body)));

  test('by the declared charset, a byte order mark, or as UTF-8', () => {
    expect(text('Content-Type: text/html; Charset="ISO-8859-1"', Buffer.from([0x63, 0xe9]))).toEqual({
      text: 'cé',
      charset: 'windows-1252',
    });
    expect(text('Content-Type: text/plain', Buffer.from('\ufeffcé', 'utf16le'))).toEqual({
      text: 'cé',
      charset: 'utf-16le',
    });
    expect(text('Content-Type: text/plain; charset=nonsense', Buffer.from('cé'))).toEqual({
      text: 'cé',
      charset: 'utf-8',
    });
    expect(text('', Buffer.from([0xff, 0x00, 0x10]))).toBe(undefined);
    expect(text('', Buffer.from('a\0b'))).toBe(undefined);
  });

  test('a beginning may end within a character', () => {
    const bytes = Buffer.from('né').subarray(0, 2);
    expect(readBodyText({ bytes, charset: '', complete: false })?.text).toBe('n');
    expect(readBodyText({ bytes, charset: '', complete: true })).toBe(undefined);
  });

  test('media type and charset', () => {
    const { mediaType, charset } = viewBody(answer('content-type: Application/JSON ; charset=UTF-8', '{}'));
    expect([mediaType, charset]).toEqual(['application/json', 'utf-8']);
  });
});
