/**
 * The capturing process of the engine `cap`: the package's packets onto standard output, as a pcap file. Started by
 * `CapCaptureSource` with its task as one JSON argument.
 *
 * The package gives bytes and nothing else, into one buffer that it overwrites: packets are stamped here and copied
 * into batches. It is a process of its own because the package does not load in a worker thread. Under load the
 * package calls back without ever returning to the event loop, so batches and the wish to stop are looked at in the
 * callback too.
 */
import { readSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { LINK_TYPE, type Micros } from '../../core/index.ts';
import { encodePcapHeader, encodePcapRecord } from '../../formats/index.ts';
import type { CapTask } from './cap-task.ts';
import { type ChildFailed, sendReport } from './child-report.ts';
import { interfaceNames } from './interfaces.ts';
import { badFilter, cannotOpen, noCapPackage, noInterface, noPrivilege } from './live-capture-errors.ts';

/** What is used of the package `cap` 0.2.1, which has no types of its own. */
interface Cap {
  open(device: string, filter: string, bufferBytes: number, buffer: Buffer): string;
  setMinBytes?(byteCount: number): void;
  on(event: 'packet', listener: (byteCount: number) => void): void;
  close(): void;
}
type CapConstructor = new () => Cap;

/** Fixed in the package. */
const SNAP_LENGTH_BYTES = 65_535;
const BATCH_BYTES = 256 * 1024;
/** A packet waits for company at most this long. */
const BATCH_MICROS = 1000;
/** Pause before a full output is tried again. */
const RETRY_MS = 1;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));
const STDIN_FD = 0;
const STDOUT_FD = 1;

/** The package's names of link types; it knows no others that carry TCP. */
const LINK_TYPES: Readonly<Record<string, number>> = {
  NULL: LINK_TYPE.null,
  ETHERNET: LINK_TYPE.ethernet,
  LINKTYPE_LINUX_SLL: LINK_TYPE.linuxSll,
  RAW: LINK_TYPE.raw,
};

class RecordBatch {
  #records: Uint8Array[] = [];
  #byteCount = 0;
  #firstAt: Micros = 0;

  add(record: Uint8Array, at: Micros): void {
    if (this.#records.length === 0) this.#firstAt = at;
    this.#records.push(record);
    this.#byteCount += record.length;
  }

  isDue(at: Micros): boolean {
    return this.#byteCount >= BATCH_BYTES || (this.#byteCount > 0 && at - this.#firstAt >= BATCH_MICROS);
  }

  /** Blocks until the parent has taken it; ends the process when the parent is gone. */
  write(): void {
    const bytes = Buffer.concat(this.#records, this.#byteCount);
    this.#records = [];
    this.#byteCount = 0;
    try {
      for (let written = 0; written < bytes.length; ) written += writeSome(bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0);
      throw error;
    }
  }
}

/** @returns how many bytes were taken. The descriptor may not block, so a full one is asked again a little later. */
function writeSome(bytes: Uint8Array, from: number): number {
  try {
    return writeSync(STDOUT_FD, bytes, from);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    Atomics.wait(PAUSE, 0, 0, RETRY_MS);
    return 0;
  }
}

function main(): void {
  const task = JSON.parse(process.argv[2] ?? '') as CapTask;
  // Must outlive the capture: the package keeps its address only.
  const buffer = Buffer.alloc(SNAP_LENGTH_BYTES);
  const opened = open(task, buffer);
  if ('kind' in opened) {
    sendReport(opened);
    process.exitCode = 1;
    return;
  }
  const { cap, filter, linkType } = opened;
  const batch = new RecordBatch();
  batch.add(encodePcapHeader(linkType, SNAP_LENGTH_BYTES), 0);
  batch.write();
  let flushing = false;
  cap.setMinBytes?.(0);
  cap.on('packet', (byteCount) => {
    const at = nowMicros();
    batch.add(
      encodePcapRecord({
        at,
        linkType,
        interfaceId: 0,
        data: buffer,
        start: 0,
        end: byteCount,
        originalByteCount: byteCount,
      }),
      at,
    );
    if (batch.isDue(at)) {
      batch.write();
      if (stdinEnded()) cap.close();
    } else if (!flushing) {
      flushing = true;
      setImmediate(() => {
        flushing = false;
        batch.write();
      });
    }
  });
  const stop = () => {
    cap.close();
    batch.write();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', () => undefined);
  process.stdin.on('close', stop).on('error', stop);
  process.stdin.resume();
  sendReport({ kind: 'started', interface: task.interface, linkType, snapLengthBytes: SNAP_LENGTH_BYTES, filter });
}

function loadCap(): CapConstructor | ChildFailed {
  try {
    return (createRequire(import.meta.url)('cap') as { Cap: CapConstructor }).Cap;
  } catch (error) {
    return noCapPackage(firstLine(error));
  }
}

function open(task: CapTask, buffer: Buffer): { cap: Cap; filter: string; linkType: number } | ChildFailed {
  const Cap = loadCap();
  if (typeof Cap !== 'function') return Cap;
  let refused = cannotOpen(task.interface, 'no filter was given');
  for (const filter of task.filter) {
    const cap = new Cap();
    try {
      const linkTypeName = cap.open(task.interface, filter, task.kernelBufferBytes, buffer);
      const linkType = LINK_TYPES[linkTypeName];
      if (linkType !== undefined) return { cap, filter, linkType };
      return cannotOpen(task.interface, `its link type is ${linkTypeName}`);
    } catch (error) {
      refused = whyNotOpened(task.interface, filter, firstLine(error));
      if (refused.code !== 'CAPTURE_FILTER') return refused;
    }
  }
  return refused;
}

/** The package passes on libpcap's text only. */
function whyNotOpened(interfaceName: string, filter: string, detail: string): ChildFailed {
  if (interfaceName !== 'any' && !interfaceNames().includes(interfaceName)) return noInterface(interfaceName);
  if (/permi(ssion|tted)/i.test(detail)) return noPrivilege(interfaceName, detail);
  if (/syntax|filter|expression|vlan/i.test(detail)) return badFilter(filter, detail);
  return cannotOpen(interfaceName, detail);
}

/** Whether the parent closed our input; asked without waiting, for Node made the descriptor non-blocking. */
function stdinEnded(): boolean {
  try {
    return readSync(STDIN_FD, Buffer.alloc(1)) === 0;
  } catch {
    return false;
  }
}

function nowMicros(): Micros {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
}

main();
