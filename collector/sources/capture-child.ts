/**
 * A capturing child seen from its parent: packets on its standard output, reports on fd 3, stopped by closing its
 * standard input. Both live engines are this with another entry.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import {
  BytecopyError,
  type CaptureCapabilities,
  type CaptureSource,
  type CaptureStatistics,
} from '../../core/index.ts';
import { CaptureReader } from '../../formats/index.ts';
import { childEntry } from './child-entry.ts';
import {
  type ChildFailed,
  type ChildReport,
  type ChildStarted,
  type ChildStatistics,
  REPORT_FD,
  ReportReader,
} from './child-report.ts';
import { type PacketBatches, readPackets } from './packet-batches.ts';
import { Settled } from './settled.ts';
import { TextTail } from './text-tail.ts';

export interface CaptureChildOptions {
  /** What is read, for people. */
  readonly name: string;
  readonly capabilities: CaptureCapabilities;
  /** File name of the child's entry in this folder, without its ending. */
  readonly entry: string;
  /** What the child is to do; travels as JSON. */
  readonly task: unknown;
}

/** A child that was told to stop drains its buffer first; one that has not ended after this long is killed. */
const STOP_PATIENCE_MS = 10_000;

export class CaptureChild implements CaptureSource {
  readonly name: string;
  readonly capabilities: CaptureCapabilities;
  readonly #options: CaptureChildOptions;
  readonly #reader: CaptureReader;
  readonly #started = new Settled<void>();
  readonly #ended = new Settled<void>();
  readonly #stderr = new TextTail();
  #child: ChildProcess | undefined;
  #reading = false;
  #stopping = false;
  #opened: ChildStarted | undefined;
  #failed: ChildFailed | undefined;
  #delivered = 0;
  #statistics: ChildStatistics | undefined;

  constructor(options: CaptureChildOptions) {
    this.name = options.name;
    this.capabilities = options.capabilities;
    this.#options = options;
    this.#reader = new CaptureReader(options.name);
  }

  /** How the interface was opened: link type, and which of the filters compiled on it; undefined until it is. */
  get opened(): ChildStarted | undefined {
    return this.#opened;
  }

  started(): Promise<void> {
    if (this.#stopping) return this.#started.promise;
    this.#begin();
    return this.#started.promise;
  }

  /** @throws BytecopyError why the capture could not begin, or went wrong, after the packets before it */
  async *packets(): PacketBatches {
    if (this.#stopping) return;
    const child = this.#begin();
    this.#reading = true;
    try {
      for await (const packets of readPackets(child.stdout as Readable, this.#reader)) {
        this.#delivered += packets.length;
        yield packets;
      }
    } finally {
      this.#reading = false;
      await this.stop();
    }
    const failure = this.#failure();
    if (failure !== undefined) throw failure;
  }

  statistics(): CaptureStatistics {
    const counts = this.capabilities.dropCounts ? this.#statistics : undefined;
    return {
      delivered: this.#delivered,
      droppedByKernel: counts?.dropped,
      droppedByInterface: counts?.droppedByInterface,
    };
  }

  /**
   * Tells the child to stop. While `packets()` is being read this does not wait for the child, which may have to hand
   * over what it holds: the iteration ends when it has. Otherwise what is left is thrown away, and the child is awaited.
   */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!this.#stopping) {
      this.#stopping = true;
      if (child === undefined) this.#childEnded('');
      else {
        child.stdin?.end();
        this.#killWhenStuck(child);
      }
    }
    if (child === undefined || this.#reading) return;
    child.stdout?.resume();
    await this.#ended.promise;
  }

  #begin(): ChildProcess {
    if (this.#child !== undefined) return this.#child;
    const { command, args } = childEntry(import.meta.url, this.#options.entry);
    const child = spawn(command, [...args, JSON.stringify(this.#options.task)], {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    const reports = new ReportReader();
    // A child that ended by itself no longer takes the end of its input.
    child.stdin?.on('error', () => undefined);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#stderr.push(text));
    const channel = child.stdio[REPORT_FD] as Readable;
    channel.setEncoding('utf8').on('data', (text: string) => {
      for (const report of reports.push(text)) this.#take(report);
    });
    child.on('error', (cause) => this.#childEnded(`could not be started: ${cause.message}`));
    // `close` comes when its outputs have been read to their ends, so that no report is missed.
    child.on('close', (code, signal) =>
      this.#childEnded(code === 0 ? '' : `ended with ${signal ?? `exit code ${code}`}`),
    );
    return child;
  }

  #take(report: ChildReport): void {
    switch (report.kind) {
      case 'started':
        this.#opened = report;
        this.#started.resolve();
        return;
      case 'statistics':
        this.#statistics = report;
        return;
      case 'failed':
        this.#failed = report;
        return;
      default:
        report satisfies never;
    }
  }

  #childEnded(why: string): void {
    if (why !== '' && this.#failed === undefined) {
      this.#failed = {
        kind: 'failed',
        code: 'CAPTURE_CHILD_ENDED',
        message: `the capturing process of ${this.name} ${why}`,
        hint: this.#stderr.text() || 'it wrote nothing about the reason; bytecopy doctor checks what capturing needs',
        exitCode: 1,
      };
    }
    this.#started.reject(this.#failure() ?? new BytecopyError('CAPTURE_STOPPED', `${this.name} ended before it began`));
    this.#ended.resolve();
  }

  #failure(): BytecopyError | undefined {
    if (this.#failed === undefined) return this.#reader.failure;
    const { code, message, hint, exitCode } = this.#failed;
    return new BytecopyError(code, message, { hint, exitCode });
  }

  #killWhenStuck(child: ChildProcess): void {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
    void this.#ended.promise.then(() => clearTimeout(timer));
  }
}
