/** Every capture source through the one suite: live ones on the loopback interface, the others on a written capture. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe } from 'vitest';
import { type CaptureSpec, captureFilter, openCaptureSource } from '../../collector/index.ts';
import { type ReceiptServer, startReceipts } from '../support/capture/receipt-server.ts';
import { conversation, pcapOf } from '../support/packets/index.ts';
import { describeWith } from '../support/requirements.ts';
import { type CaptureSubject, captureSourceSuite } from './capture-source.ts';

describeWith(['libpcap', 'capture'], 'libpcap on lo', () => {
  captureSourceSuite(() => live((port) => ({ kind: 'live', interface: 'lo', filter: captureFilter([port]) })));
});

describeWith(['libpcap', 'capture'], 'libpcap on any', () => {
  captureSourceSuite(() => live((port) => ({ kind: 'live', interface: 'any', filter: captureFilter([port]) })));
});

describeWith(['cap', 'capture'], 'cap on lo', () => {
  captureSourceSuite(() =>
    live((port) => ({ kind: 'live', interface: 'lo', filter: captureFilter([port]), engine: 'cap' })),
  );
});

describeWith(['tcpdump', 'capture'], 'the output of tcpdump', () => {
  captureSourceSuite(() =>
    live((port) => ({
      kind: 'command',
      command: `exec tcpdump -i lo --immediate-mode -U -s 2048 -B 16384 -w - tcp port ${port}`,
    })),
  );
});

describe('a command that writes a file', () => {
  captureSourceSuite((marks) => written(captureOf(marks), (path) => ({ kind: 'command', command: `cat '${path}'` })));
});

describe('a pcap file', () => {
  captureSourceSuite((marks) => written(captureOf(marks), (path) => ({ kind: 'file', path })));
});

describe('a gzipped file', () => {
  captureSourceSuite((marks) => written(gzipSync(captureOf(marks)), (path) => ({ kind: 'file', path })));
});

describe('standard input', () => {
  captureSourceSuite((marks) => {
    const stdin = new PassThrough();
    return Promise.resolve({
      source: openCaptureSource({ kind: 'stdin' }, { stdin }),
      traffic: () => {
        const bytes = captureOf(marks);
        for (let start = 0; start < bytes.length; start += 97) stdin.write(bytes.subarray(start, start + 97));
        stdin.end();
        return Promise.resolve();
      },
      release: () => Promise.resolve(),
    });
  });
});

async function live(spec: (port: number) => CaptureSpec): Promise<CaptureSubject> {
  const server: ReceiptServer = await startReceipts();
  return {
    source: openCaptureSource(spec(server.port)),
    traffic: (marks) => server.send(marks),
    release: () => server.close(),
  };
}

async function written(bytes: Uint8Array, spec: (path: string) => CaptureSpec): Promise<CaptureSubject> {
  const folder = await mkdtemp(join(tmpdir(), 'bytecopy-capture-'));
  const path = join(folder, 'capture');
  await writeFile(path, bytes);
  return {
    source: openCaptureSource(spec(path)),
    traffic: () => Promise.resolve(),
    release: () => rm(folder, { recursive: true }),
  };
}

function captureOf(marks: readonly string[]): Uint8Array {
  const talk = conversation().handshake();
  for (const mark of marks) talk.client(mark);
  return pcapOf(talk.close().trace().packets);
}
