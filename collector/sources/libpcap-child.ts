/**
 * The capturing process: libpcap onto standard output, as a pcap file. The only process that needs the privilege, so it
 * does nothing else. Started by `LibpcapCaptureSource` with its task as one JSON argument.
 *
 *     kernel ring ──pcap_dispatch──▶ pcap_dump ──256 KiB──▶ fd 1: packets     fd 3: reports (child-report.ts)
 *
 * It sleeps in the kernel until a block of the ring is closed, so that silence costs nothing; under load it takes what
 * has gathered at a slower beat, because each round wakes the parent too.
 *
 * Output blocks: when the parent does not read, this process stands still, the ring fills, and the kernel drops and
 * counts. It ends when its standard input closes (the parent stopped it or died) or its output has no reader.
 */
import process from 'node:process';
import { PROMPT_MS } from './capture-spec.ts';
import { type ChildFailed, sendReport } from './child-report.ts';
import { interfaceNames } from './interfaces.ts';
import { type Handle, type Libpcap, loadLibpcap, PCAP_ERROR } from './libpcap.ts';
import type { LibpcapTask } from './libpcap-task.ts';
import {
  badFilter,
  cannotOpen,
  captureBroken,
  interfaceDown,
  noInterface,
  noLibpcap,
  noPrivilege,
} from './live-capture-errors.ts';

/** A block of the ring is handed over at the latest this long after its first packet. */
const RING_TIMEOUT_MS = 2;
/** Pause between two looks into an empty ring while draining. */
const POLL_MS = 1;
/** Longest sleep while no packet comes; a stop, a signal or a packet ends it. */
const SLEEP_MS = 100;
/** Who wants packets promptly still gets them in lots where a round brings so many: each round wakes the parent too. */
const BUSY_PACKETS = 64;
const BUSY_PAUSE_MS = 3;
const DUMP_BUFFER_BYTES = 256 * 1024;
/** Bound of one round, so that a slow reader cannot keep us from noticing that we are to stop. */
const MAX_ROUND_PACKETS = 4096;
const STATISTICS_EVERY_MS = 200;
/** The kernel may hold a block back this long (ring timeout, rounded up to two ticks of a slow kernel clock). */
const QUIET_MS = 25;
/** Longest draining, should packets of before the stop never end. */
const MAX_DRAIN_MS = 5000;

const STDIN_FD = 0;
const STDOUT_FD = 1;

class CaptureLoop {
  readonly #libpcap: Libpcap;
  readonly #pcap: Handle;
  readonly #dump: Handle;
  readonly #interface: string;
  readonly #latencyMs: number;
  #stopAtMs: number | undefined;
  #reportedAtMs = 0;
  #quietSinceMs = 0;

  constructor(libpcap: Libpcap, pcap: Handle, { interface: interfaceName, latencyMs }: LibpcapTask) {
    this.#interface = interfaceName;
    this.#latencyMs = latencyMs;
    this.#libpcap = libpcap;
    this.#pcap = pcap;
    this.#dump = libpcap.openDump(pcap, STDOUT_FD, DUMP_BUFFER_BYTES);
    libpcap.flush(this.#dump);
  }

  stop(): void {
    if (this.#stopAtMs !== undefined) return;
    this.#stopAtMs = Date.now();
    this.#quietSinceMs = this.#stopAtMs;
  }

  readonly #next = (): void => this.run();

  run(): void {
    if (this.#stopAtMs === undefined) this.#capture();
    else this.#drain(this.#stopAtMs);
  }

  #capture(): void {
    const count = this.#libpcap.dispatchTo(this.#dump, this.#pcap, MAX_ROUND_PACKETS);
    if (count < 0) this.#fail(this.#libpcap.lastError(this.#pcap));
    if (count > 0 && !this.#libpcap.flush(this.#dump)) this.#fail('its output cannot be written');
    if (Date.now() - this.#reportedAtMs >= STATISTICS_EVERY_MS) this.#report();
    if (count === MAX_ROUND_PACKETS) setImmediate(this.#next);
    else if (count > 0 && this.#latencyMs > PROMPT_MS) setTimeout(this.#next, this.#latencyMs);
    else if (count >= BUSY_PACKETS) setTimeout(this.#next, BUSY_PAUSE_MS);
    else this.#sleep();
  }

  /** A turn of the event loop follows each sleep, so that what ended it is heard. */
  #sleep(): void {
    this.#libpcap.awaitPackets(this.#pcap, STDIN_FD, SLEEP_MS);
    setImmediate(this.#next);
  }

  /** Hands over what was captured before the stop: until a later packet shows up, or none does. */
  #drain(stopAtMs: number): void {
    const count = this.#libpcap.dispatchTo(this.#dump, this.#pcap, MAX_ROUND_PACKETS);
    const at = this.#libpcap.dumpNext(this.#dump, this.#pcap);
    const now = Date.now();
    if (count > 0 || at !== undefined) this.#quietSinceMs = now;
    const reachedStop = at !== undefined && at >= stopAtMs * 1000;
    if (count < 0 || reachedStop || now - this.#quietSinceMs >= QUIET_MS || now - stopAtMs >= MAX_DRAIN_MS) this.#end();
    else if (count > 0) setImmediate(this.#next);
    else setTimeout(this.#next, POLL_MS);
  }

  #report(): void {
    this.#reportedAtMs = Date.now();
    sendReport({ kind: 'statistics', ...this.#libpcap.statistics(this.#pcap) });
  }

  /** Reaches nobody when the parent is gone, which is the usual reason. */
  #fail(why: string): never {
    sendReport(captureBroken(this.#interface, why));
    this.#end(1);
  }

  #end(exitCode = 0): never {
    this.#libpcap.flush(this.#dump);
    this.#report();
    process.exit(exitCode);
  }
}

function main(): void {
  const task = JSON.parse(process.argv[2] ?? '') as LibpcapTask;
  const opened = open(task);
  if ('kind' in opened) {
    sendReport(opened);
    process.exitCode = 1;
    return;
  }
  const { libpcap, pcap, filter } = opened;
  const loop = new CaptureLoop(libpcap, pcap, task);
  process.on('SIGTERM', () => loop.stop());
  // Ctrl-C reaches the whole group; the parent decides when it is over.
  process.on('SIGINT', () => undefined);
  process.stdin.on('close', () => loop.stop()).on('error', () => loop.stop());
  process.stdin.resume();
  const linkType = libpcap.linkType(pcap);
  const { snapLengthBytes } = task;
  sendReport({ kind: 'started', interface: task.interface, linkType, snapLengthBytes, filter });
  loop.run();
}

function open(task: LibpcapTask): { libpcap: Libpcap; pcap: Handle; filter: string } | ChildFailed {
  const libpcap = loadLibpcap();
  if (libpcap === undefined) return noLibpcap();
  const pcap = libpcap.create(task.interface);
  if (typeof pcap === 'string') return cannotOpen(task.interface, pcap);
  libpcap.configure(pcap, { ...task, timeoutMs: RING_TIMEOUT_MS });
  const status = libpcap.activate(pcap);
  if (status < 0) return whyNotActivated(task.interface, status, libpcap.lastError(pcap));
  if (task.interface === 'any') libpcap.preferCookedV2(pcap);
  const filter = useFirstFilter(libpcap, pcap, task.filter);
  if (typeof filter !== 'string') return filter;
  libpcap.setNonBlocking(pcap);
  return { libpcap, pcap, filter };
}

function useFirstFilter(libpcap: Libpcap, pcap: Handle, filters: readonly string[]): string | ChildFailed {
  let refused: ChildFailed | undefined;
  for (const filter of filters) {
    const detail = libpcap.setFilter(pcap, filter);
    if (detail === undefined) return filter;
    refused = badFilter(filter, detail);
  }
  return refused ?? '';
}

function whyNotActivated(interfaceName: string, status: number, detail: string): ChildFailed {
  // Without privilege libpcap says so even where the interface does not exist.
  const exists = interfaceName === 'any' || interfaceNames().includes(interfaceName);
  if (!exists) return noInterface(interfaceName);
  switch (status) {
    case PCAP_ERROR.permissionDenied:
      return noPrivilege(interfaceName, detail);
    case PCAP_ERROR.interfaceNotUp:
      return interfaceDown(interfaceName);
    default:
      return cannotOpen(interfaceName, detail);
  }
}

main();
