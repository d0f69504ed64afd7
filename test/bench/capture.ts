/**
 * Capture engines beside each other, under wrk against nginx on loopback: requests lost, CPU a packet, and how long a
 * lone packet takes to reach us. The default engine is chosen by these figures.
 *
 *     npx tsx test/bench/capture.ts [seconds a run]
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type CaptureSpec, captureFilter, DEFAULT_ENGINE, openCaptureSource } from '../../collector/index.ts';
import type { CaptureSource, Packet } from '../../core/index.ts';
import { type ReceiptServer, startReceipts } from '../support/capture/receipt-server.ts';
import { startNginx } from '../support/servers/nginx.ts';
import { machineLine } from './whole-process.ts';

const SECONDS = Number(process.argv[2] ?? 3);
const CONNECTIONS = 50;
const LONE_PACKETS = 40;
const LONE_PAUSE_MS = 25;
/** Ethernet, IPv4 and TCP with timestamps, as on the loopback interface. */
const HEADER_BYTES = 14 + 20 + 32;
const G = 'G'.charCodeAt(0);
/** USER_HZ, in which /proc/PID/stat counts. */
const TICKS_PER_SECOND = 100;

/** A mirror is to send within 10 ms of the request's last byte; half of it is left to the stages behind. */
const PROMPT_MS = 5;

interface Figures {
  lostPercent: number;
  medianDelayMs: number;
}
const figures = new Map<string, Figures>();

interface Engine {
  readonly name: string;
  spec(port: number): CaptureSpec;
}

const ENGINES: readonly Engine[] = [
  { name: 'libpcap', spec: (port) => live(port, 'libpcap') },
  { name: 'cap', spec: (port) => live(port, 'cap') },
  { name: 'tcpdump -w -', spec: (port) => tcpdump(port, '') },
  { name: 'tcpdump --immediate-mode -U', spec: (port) => tcpdump(port, '--immediate-mode -U ') },
];

function live(port: number, engine: 'libpcap' | 'cap'): CaptureSpec {
  return { kind: 'live', interface: 'lo', filter: captureFilter([port]), engine };
}

function tcpdump(port: number, flags: string): CaptureSpec {
  return { kind: 'command', command: `exec tcpdump -i lo -n ${flags}-w - tcp port ${port}` };
}

async function underLoad(engine: Engine): Promise<string> {
  const nginx = await startNginx();
  const source = openCaptureSource(engine.spec(nginx.port));
  let requests = 0;
  const reading = forEachPacket(source, (packet) => {
    if (packet.end - packet.start > HEADER_BYTES && packet.data[packet.start + HEADER_BYTES] === G) requests++;
  });
  await source.started();
  const childId = onlyChild(nginx.pid);
  const before = { own: process.cpuUsage(), child: cpuMicrosOf(childId) };
  await promisify(execFile)('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, nginx.url]);
  // tcpdump hands over what it holds a second late, and at the latest when it is stopped.
  await delay(300);
  const child = cpuMicrosOf(childId) - before.child;
  await source.stop();
  await reading;
  const own = process.cpuUsage(before.own);
  const logged = (await nginx.lines()).length;
  await nginx.stop();
  const { delivered, droppedByKernel } = source.statistics();
  const perPacket = (micros: number) => (micros / delivered).toFixed(2).padStart(5);
  const lostPercent = (100 * (logged - requests)) / logged;
  figures.set(engine.name, { lostPercent, medianDelayMs: Number.POSITIVE_INFINITY });
  return [
    `${Math.round(delivered / SECONDS / 1000)}k packets/s`.padStart(15),
    `${lostPercent.toFixed(2)} % of ${logged} requests lost`.padStart(32),
    `${droppedByKernel ?? 'no'} drops told`.padStart(20),
    `CPU a packet: source ${perPacket(child)} µs + parent ${perPacket(own.user + own.system)} µs`,
  ].join('  ');
}

async function loneDelay(engine: Engine): Promise<string> {
  const server: ReceiptServer = await startReceipts();
  const source = openCaptureSource(engine.spec(server.port));
  const sentAt = new Map<number, number>();
  const delaysMs: number[] = [];
  const reading = forEachPacket(source, (packet) => {
    const payload = packet.end - packet.start - HEADER_BYTES;
    const at = sentAt.get(payload);
    sentAt.delete(payload);
    if (at !== undefined) delaysMs.push(performance.now() - at);
  });
  await source.started();
  for (let index = 0; index < LONE_PACKETS; index++) {
    // Told apart by their lengths.
    const byteCount = 100 + index;
    await delay(LONE_PAUSE_MS);
    sentAt.set(byteCount, performance.now());
    await server.send(['x'.repeat(byteCount)]);
  }
  await delay(100);
  await source.stop();
  await reading;
  await server.close();
  delaysMs.sort((one, other) => one - other);
  const measured = figures.get(engine.name);
  if (measured !== undefined)
    measured.medianDelayMs = delaysMs[Math.floor(delaysMs.length / 2)] ?? Number.POSITIVE_INFINITY;
  const at = (part: number) => delaysMs[Math.min(delaysMs.length - 1, Math.floor(delaysMs.length * part))]?.toFixed(1);
  return `a lone packet arrives after ${at(0.5)} ms (median), ${at(1)} ms (worst of ${delaysMs.length})`;
}

async function forEachPacket(source: CaptureSource, look: (packet: Packet) => void): Promise<void> {
  for await (const packets of source.packets()) for (const packet of packets) look(packet);
}

/** Our one child that is not the server. */
function onlyChild(serverId: number): number {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'latin1')
    .trim()
    .split(' ')
    .map(Number);
  return children.filter((id) => id !== serverId).at(-1) ?? process.pid;
}

function cpuMicrosOf(processId: number): number {
  const fields = readFileSync(`/proc/${processId}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
}

console.log(`${machineLine()}; wrk -t1 -c${CONNECTIONS} for ${SECONDS} s`);
for (const engine of ENGINES) {
  console.log(`${engine.name.padEnd(28)}${await underLoad(engine)}`);
  console.log(`${''.padEnd(28)}  ${await loneDelay(engine)}`);
}
const reasons = figures.get(DEFAULT_ENGINE);
console.log(
  `default: ${DEFAULT_ENGINE}: of the engines that hand a lone packet over within ${PROMPT_MS} ms it loses the least`,
  `(${reasons?.lostPercent.toFixed(2)} % here), and it says what it loses`,
);
const better = [...figures].filter(([, other]) => {
  const prompt = other.medianDelayMs <= PROMPT_MS;
  return prompt && other.lostPercent < (reasons?.lostPercent ?? 0);
});
for (const [name] of better) console.log(`not so in this run: ${name} lost less`);
