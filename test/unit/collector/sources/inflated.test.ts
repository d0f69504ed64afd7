import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { inflated } from '../../../../collector/sources/inflated.ts';

const CONTENT = Buffer.concat([
  Buffer.from('begin '),
  randomBytes(300_000),
  Buffer.alloc(3_000_000, 'x'),
  Buffer.from(' end'),
]);

/** Everything that comes out, and the error code that it ends with. */
async function run(
  bytes: Uint8Array,
  pieceBytes = bytes.length,
): Promise<{ out: Buffer; code: string; message: string }> {
  const out: Uint8Array[] = [];
  try {
    for await (const piece of inflated(cut(bytes, pieceBytes), 'a.pcap.gz')) out.push(piece);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { out: Buffer.concat(out), code, message };
  }
  return { out: Buffer.concat(out), code: '', message: '' };
}

async function* cut(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    await Promise.resolve();
    yield bytes.subarray(start, start + pieceBytes);
  }
}

test('what is not gzip passes as it is', async () => {
  expect((await run(CONTENT, 1000)).out.equals(CONTENT)).toBe(true);
  expect((await run(Buffer.from('a'))).out.toString()).toBe('a');
  expect((await run(Buffer.alloc(0))).out).toHaveLength(0);
});

test.each([1_000_000, 4096, 7])('gzip in pieces of %i bytes', async (pieceBytes) => {
  const content = pieceBytes === 7 ? CONTENT.subarray(0, 10_000) : CONTENT;
  expect((await run(gzipSync(content), pieceBytes)).out.equals(content)).toBe(true);
});

test('the magic may come in two pieces', async () => {
  expect((await run(gzipSync('hello'), 1)).out.toString()).toBe('hello');
});

test('several members are one input', async () => {
  const bytes = Buffer.concat([gzipSync('one '), gzipSync('two '), gzipSync('three')]);
  expect((await run(bytes, 11)).out.toString()).toBe('one two three');
});

test('a member that is cut off gives what is before the cut, then an error with name and offset', async () => {
  const whole = gzipSync(CONTENT);
  const { out, code, message } = await run(whole.subarray(0, whole.length - 9), 4096);
  expect(code).toBe('CAPTURE_GZIP');
  expect(message).toContain(`a.pcap.gz: the gzip data is cut off at byte ${whole.length - 9}`);
  expect(CONTENT.subarray(0, out.length).equals(out)).toBe(true);
  expect(out.length).toBeGreaterThan(CONTENT.length - 100_000);
});

test('a corrupt member gives an error, not a wait', async () => {
  const broken = gzipSync(randomBytes(500_000));
  broken.fill(0xff, 200_000, 200_100);
  const { code, message } = await run(broken, 4096);
  expect(code).toBe('CAPTURE_GZIP');
  expect(message).toContain('a.pcap.gz');
});
