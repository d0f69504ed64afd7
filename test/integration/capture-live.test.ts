/** libpcap on real interfaces: nothing missing, nothing unnoticed, nothing left running. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import { captureFilter, openCaptureSource, StreamAssembler } from '../../collector/index.ts';
import { childEntry } from '../../collector/sources/child-entry.ts';
import { LibpcapCaptureSource } from '../../collector/sources/libpcap-capture-source.ts';
import { type CaptureSource, Ledger, LINK_TYPE, type Packet } from '../../core/index.ts';
import { startReceipts } from '../support/capture/receipt-server.ts';
import { type Conversation, conversation } from '../support/packets/index.ts';
import { PROJECT_DIR, testWith } from '../support/requirements.ts';

const CHILD = childEntry(new URL('../../collector/sources/child-entry.ts', import.meta.url).href, 'libpcap-child');
const PATIENCE = { timeout: 10_000, interval: 20 };

testWith(['libpcap', 'capture'], 'every payload byte of an HTTP server is captured', async () => {
  const bodyBytes = 100_000;
  const requests = 60;
  const counted = { received: 0, sent: 0 };
  const server = createServer((_incoming, response) => response.end(Buffer.alloc(bodyBytes, 'b')));
  server.on('connection', (socket: Socket) =>
    socket.on('close', () => {
      counted.received += socket.bytesRead;
      counted.sent += socket.bytesWritten;
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const source = openCaptureSource({ kind: 'live', interface: 'lo', filter: captureFilter([port]) });
  const captured = new Map<string, Coverage>();
  const reading = forEachPacket(source, (packet) => {
    const { from, to, sequence, payloadBytes } = segmentOf(packet);
    const way = `${from === port ? 'sent' : 'received'} ${Math.max(from, to)}`;
    const coverage = captured.get(way) ?? new Coverage(sequence);
    captured.set(way, coverage);
    coverage.add(sequence, payloadBytes);
  });
  await source.started();
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  await Promise.all(Array.from({ length: requests }, () => get(port, agent)));
  agent.destroy();
  server.close();
  await once(server, 'close');
  await source.stop();
  await reading;
  expect(source.statistics()).toMatchObject({ droppedByKernel: 0 });
  expect(counted.sent).toBeGreaterThan(requests * bodyBytes);
  const sum = (way: string) =>
    [...captured]
      .filter(([name]) => name.startsWith(way))
      .reduce((bytes, [, coverage]) => bytes + coverage.byteCount, 0);
  expect({ received: sum('received'), sent: sum('sent') }).toEqual(counted);
});

testWith(['libpcap', 'capture'], 'what a reader was too slow for is dropped by the kernel and counted', async () => {
  const server = await startReceipts();
  const source = openCaptureSource({
    kind: 'live',
    interface: 'lo',
    filter: captureFilter([server.port]),
    kernelBufferBytes: 1024 * 1024,
  });
  const texts = Array.from({ length: 400 }, () => 'x'.repeat(60_000));
  let sent = false;
  let delivered = 0;
  const reading = forEachPacket(source, async () => {
    delivered++;
    if (sent) return;
    sent = true;
    await server.send(texts);
  });
  await source.started();
  await server.send(['wake']);
  await vi.waitFor(() => expect(source.statistics().droppedByKernel).toBeGreaterThan(0), PATIENCE);
  await source.stop();
  await reading;
  await server.close();
  expect(source.statistics().delivered).toBe(delivered);
});

testWith(['libpcap', 'capture'], 'the capturing process ends when its parent is killed', async () => {
  const sources = join(PROJECT_DIR, 'collector/index.ts');
  const script = `
    import { captureFilter, openCaptureSource } from ${JSON.stringify(sources)};
    const source = openCaptureSource({ kind: 'live', interface: 'lo', filter: captureFilter([9]) });
    await source.started();
    console.log('started');
    for await (const packets of source.packets()) console.log(packets.length);
  `;
  const loader = childEntry(import.meta.url, 'unused').args.slice(0, -1);
  const parent = spawn(process.execPath, [...loader, '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: PROJECT_DIR,
  });
  await once(parent.stdout as NonNullable<typeof parent.stdout>, 'data');
  const [child] = childrenOf(parent);
  expect(child).toBeDefined();
  const gone = once(parent, 'exit');
  parent.kill('SIGKILL');
  await gone;
  await vi.waitFor(() => expect(isCapturing(child as number)).toBe(false), PATIENCE);
});

testWith(['libpcap', 'capture'], 'the widest filter that the link type takes is used', async () => {
  const filter = captureFilter([9]);
  expect(await openedOn('lo', filter)).toMatchObject({ linkType: LINK_TYPE.ethernet, filter: filter[0] });
  expect(await openedOn('any', filter)).toMatchObject({ linkType: LINK_TYPE.linuxSll2, filter: filter[1] });
});

testWith(['libpcap'], 'an interface that does not exist', async () => {
  await expect(openedOn('nope0', ['tcp'])).rejects.toMatchObject({ code: 'CAPTURE_NO_INTERFACE', exitCode: 2 });
  await expect(openedOn('nope0', ['tcp'])).rejects.toMatchObject({ hint: expect.stringContaining('lo') });
});

testWith(['libpcap', 'capture'], 'a filter that makes no sense', async () => {
  await expect(openedOn('lo', ['tcp porridge 80'])).rejects.toMatchObject({ code: 'CAPTURE_FILTER', exitCode: 2 });
});

testWith(['libpcap', 'user-namespaces'], 'without the privilege the error says how to get it', async () => {
  // In a user namespace of its own a process has no say over the network outside of it, whoever started it.
  const task = { interface: 'lo', filter: ['tcp'], snapLengthBytes: 2048, kernelBufferBytes: 4 << 20 };
  const child = spawn('unshare', ['--user', CHILD.command, ...CHILD.args, JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  let report = '';
  child.stdio[3]?.on('data', (bytes: Buffer) => {
    report += bytes.toString();
  });
  await once(child, 'close');
  expect(JSON.parse(report)).toMatchObject({ code: 'CAPTURE_NO_PRIVILEGE', hint: expect.stringContaining('setcap') });
});

testWith(['libpcap', 'root', 'ip', 'capture'], 'traffic tagged once and twice passes the filter', async () => {
  const namespace = newNamespace();
  // A cable with both ends here: what goes in at `far` is received at `near`, where the kernel takes the outer tag off.
  ip(namespace, 'link add near type veth peer name far');
  ip(namespace, 'link set near up');
  ip(namespace, 'link set far up');
  const task = { interface: 'near', filter: captureFilter([80]), snapLengthBytes: 2048, kernelBufferBytes: 4 << 20 };
  const command = ['ip', 'netns', 'exec', namespace, CHILD.command, ...CHILD.args, JSON.stringify(task)];
  // The child runs for as long as its input is open.
  const source = openCaptureSource({
    kind: 'command',
    command: `tail -f /dev/null | ${command.map((word) => `'${word}'`).join(' ')} 3>/dev/null`,
  });
  const seen: string[] = [];
  const reading = forEachPacket(source, (packet) => {
    const text = Buffer.from(packet.data.subarray(packet.start, packet.end)).toString('latin1');
    seen.push(...(/mark [a-z ]+!/.exec(text) ?? []));
  });
  await source.started();
  inject(namespace, 'far', [
    conversation({ server: '10.0.0.2:443' }).client('mark of another port!'),
    conversation({ server: '10.0.0.2:443', vlans: [12] }).client('mark of another port tagged!'),
    conversation({}).client('mark untagged!'),
    conversation({ vlans: [12] }).client('mark tagged once!'),
    conversation({ vlans: [12, 7] }).client('mark tagged twice!'),
  ]);
  await vi.waitFor(() => expect(seen).toEqual(['mark untagged!', 'mark tagged once!', 'mark tagged twice!']), PATIENCE);
  await source.stop();
  await reading;
});

testWith(['libpcap', 'root', 'ip', 'capture'], 'traffic in a tunnel is captured, of the asked port only', async () => {
  const namespace = newNamespace();
  ip(namespace, 'link add near type veth peer name far');
  ip(namespace, 'link set near up');
  ip(namespace, 'link set far up');
  const filter = captureFilter([80], { tunnels: true });
  const task = { interface: 'near', filter, snapLengthBytes: 2048, kernelBufferBytes: 4 << 20 };
  const command = ['ip', 'netns', 'exec', namespace, CHILD.command, ...CHILD.args, JSON.stringify(task)];
  const source = openCaptureSource({
    kind: 'command',
    command: `tail -f /dev/null | ${command.map((word) => `'${word}'`).join(' ')} 3>/dev/null`,
  });
  const assembler = new StreamAssembler({ onlyPorts: new Set([80]) }, { ledger: new Ledger() });
  const seen: string[] = [];
  const reading = forEachPacket(source, (packet) => {
    for (const chunk of assembler.push(packet)) {
      if (chunk.kind === 'data') seen.push(`${chunk.flow.network}: ${Buffer.from(chunk.bytes)}`);
    }
  });
  await source.started();
  const server = '10.0.0.2:443';
  inject(namespace, 'far', [
    conversation({ server }).handshake().client('another port!'),
    conversation({ server, layers: [{ kind: 'vxlan', network: 7 }] })
      .handshake()
      .client('another port in VXLAN!'),
    conversation({ layers: [{ kind: 'vxlan', network: 7 }] })
      .handshake()
      .client('in VXLAN!'),
    conversation({ layers: [{ kind: 'gre', key: 5 }] })
      .handshake()
      .client('in GRE!'),
    conversation({ layers: [{ kind: 'mpls', labels: [16] }] })
      .handshake()
      .client('in MPLS!'),
  ]);
  await vi.waitFor(() => expect(seen).toEqual(['vxlan:7: in VXLAN!', 'gre:5: in GRE!', 'mpls: in MPLS!']), PATIENCE);
  await source.stop();
  await reading;
});

async function openedOn(interfaceName: string, filter: readonly string[]): Promise<unknown> {
  const source = new LibpcapCaptureSource({ kind: 'live', interface: interfaceName, filter });
  try {
    await source.started();
    return source.opened;
  } finally {
    await source.stop();
  }
}

async function forEachPacket(source: CaptureSource, look: (packet: Packet) => unknown): Promise<void> {
  for await (const packets of source.packets()) for (const packet of packets) await look(packet);
}

/** Bytes of one direction that were seen at least once: the loopback interface retransmits too. */
class Coverage {
  readonly #first: number;
  readonly #ranges: [start: number, end: number][] = [];

  constructor(firstSequence: number) {
    this.#first = firstSequence;
  }

  add(sequence: number, byteCount: number): void {
    const start = (sequence - this.#first) | 0;
    if (byteCount > 0) this.#ranges.push([start, start + byteCount]);
  }

  get byteCount(): number {
    let covered = 0;
    let reached = Number.NEGATIVE_INFINITY;
    for (const [start, end] of this.#ranges.sort((one, other) => one[0] - other[0])) {
      covered += Math.max(0, end - Math.max(start, reached));
      reached = Math.max(reached, end);
    }
    return covered;
  }
}

/** An IPv4 TCP packet on Ethernet, read without the project's own decoder. */
function segmentOf(packet: Packet): { from: number; to: number; sequence: number; payloadBytes: number } {
  const view = new DataView(packet.data.buffer, packet.data.byteOffset + packet.start + 14);
  const ipHeader = (view.getUint8(0) & 15) * 4;
  const tcpHeader = (view.getUint8(ipHeader + 12) >> 4) * 4;
  return {
    from: view.getUint16(ipHeader),
    to: view.getUint16(ipHeader + 2),
    sequence: view.getUint32(ipHeader + 4),
    payloadBytes: view.getUint16(2) - ipHeader - tcpHeader,
  };
}

function get(port: number, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', agent }, (response) => response.resume().on('end', resolve))
      .on('error', reject)
      .end();
  });
}

function childrenOf(parent: ChildProcess): readonly number[] {
  const path = `/proc/${parent.pid}/task/${parent.pid}/children`;
  const all = readFileSync(path, 'latin1').trim().split(' ').map(Number);
  return all.filter(isCapturing);
}

function isCapturing(processId: number): boolean {
  const path = `/proc/${processId}/cmdline`;
  return existsSync(path) && readFileSync(path, 'latin1').includes('libpcap-child');
}

/** A network namespace; taken away when the test has ended. */
function newNamespace(): string {
  const name = `bytecopy-${process.pid}`;
  execFileSync('ip', ['netns', 'add', name]);
  onTestFinished(() => {
    execFileSync('ip', ['netns', 'delete', name]);
  });
  return name;
}

function ip(namespace: string, words: string): void {
  execFileSync('ip', ['-netns', namespace, ...words.split(' ')]);
}

/** Puts packets on an interface as they are, link header and all. */
function inject(namespace: string, interfaceName: string, talks: readonly Conversation[]): void {
  const frames = talks
    .flatMap((talk) => talk.trace().packets)
    .map((packet) => Buffer.from(packet.data).toString('hex'));
  const script = `
    const pcap = require('koffi').load('libpcap.so.0.8');
    const open = pcap.func('void *pcap_open_live(const char *device, int snaplen, int promisc, int ms, void *error)');
    const send = pcap.func('int pcap_inject(void *p, void *frame, size_t size)');
    const handle = open(${JSON.stringify(interfaceName)}, 65535, 0, 10, Buffer.alloc(256));
    for (const frame of ${JSON.stringify(frames)}.map((hex) => Buffer.from(hex, 'hex'))) {
      if (send(handle, frame, frame.length) !== frame.length) process.exit(1);
    }
  `;
  execFileSync('ip', ['netns', 'exec', namespace, process.execPath, '-e', script], { cwd: PROJECT_DIR });
}
