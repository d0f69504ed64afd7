import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CaptureSpec, openCaptureSource } from '../../../../collector/index.ts';
import type { BytecopyError } from '../../../../core/index.ts';
import { conversation, pcapOf } from '../../../support/packets/index.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bytecopy-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

const PACKETS = conversation().handshake().client('x'.repeat(100_000)).close().trace().packets;
const PCAP = pcapOf(PACKETS);

async function fileOf(bytes: Uint8Array): Promise<CaptureSpec> {
  const path = join(folder, 'capture.pcap');
  await writeFile(path, bytes);
  return { kind: 'file', path };
}

async function run(spec: CaptureSpec): Promise<{ count: number; error: Partial<BytecopyError> }> {
  let count = 0;
  try {
    for await (const packets of openCaptureSource(spec).packets()) count += packets.length;
  } catch (error) {
    return { count, error: error as BytecopyError };
  }
  return { count, error: {} };
}

test('a file larger than a slab comes whole', async () => {
  const header = PCAP.subarray(0, 24);
  const records = PCAP.subarray(24);
  const copies = 30;
  const bytes = Buffer.concat([header, ...Array.from({ length: copies }, () => records)]);
  expect(bytes.length).toBeGreaterThan(3 * 1024 * 1024);
  expect(await run(await fileOf(bytes))).toEqual({ count: copies * PACKETS.length, error: {} });
  expect(await run(await fileOf(gzipSync(bytes)))).toEqual({ count: copies * PACKETS.length, error: {} });
});

test('a file that is cut off gives the packets before the cut and names file and offset', async () => {
  const { count, error } = await run(await fileOf(PCAP.subarray(0, PCAP.length - 5)));
  expect(count).toBe(PACKETS.length - 1);
  expect(error.code).toBe('CAPTURE_TRUNCATED');
  expect(error.message).toMatch(/capture\.pcap: at byte \d+/);
});

test('a gzipped file that is cut off gives the packets before the cut and names file and offset', async () => {
  const bytes = gzipSync(PCAP);
  const { count, error } = await run(await fileOf(bytes.subarray(0, bytes.length - 20)));
  expect(count).toBeGreaterThan(0);
  expect(error.code).toBe('CAPTURE_GZIP');
  expect(error.message).toMatch(/capture\.pcap: .* at byte \d+/);
});

test('no file, a folder, and what is no capture are said in so many words', async () => {
  const missing = await run({ kind: 'file', path: join(folder, 'missing') });
  expect(missing.error).toMatchObject({ code: 'CAPTURE_FILE_UNREADABLE', exitCode: 2 });
  expect(missing.error.message).toContain('there is no such file');
  expect((await run({ kind: 'file', path: folder })).error.message).toContain('it is a folder');
  expect((await run(await fileOf(Buffer.from('hello, world')))).error.code).toBe('CAPTURE_NOT_A_CAPTURE');
});
