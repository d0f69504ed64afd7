/** Capture source: a shell command that writes a capture to its output, as `ssh host tcpdump -w - …`. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import {
  BytecopyError,
  type CaptureCapabilities,
  type CaptureSource,
  type CaptureStatistics,
} from '../../core/index.ts';
import { CaptureInput } from './capture-input.ts';
import type { PacketBatches } from './packet-batches.ts';
import { Settled } from './settled.ts';
import { TextTail } from './text-tail.ts';

/** A command that was told to end (SIGTERM) and has not after this long is killed. */
const STOP_PATIENCE_MS = 3000;

/**
 * The command is held up when the consumer is slow. It runs in a process group of its own, without input and without
 * a terminal: nothing it starts outlives it, and nothing can ask for a password.
 */
export class CommandCaptureSource implements CaptureSource {
  readonly name: string;
  readonly capabilities: CaptureCapabilities = { timestamps: 'file', dropCounts: false, live: false };
  readonly #command: string;
  readonly #input: CaptureInput;
  readonly #started = new Settled<void>();
  readonly #ended = new Settled<void>();
  readonly #stderr = new TextTail();
  #child: ChildProcess | undefined;
  #reading = false;
  /** How it ended, where that was a failure. */
  #failure: string | undefined;

  constructor(command: string) {
    this.name = `command ${command}`;
    this.#command = command;
    this.#input = new CaptureInput(`output of ${command}`);
  }

  /** Resolves when the command first writes anything, be it that it listens, as tcpdump and dumpcap do, or a packet. */
  started(): Promise<void> {
    if (!this.#input.stopped) this.#begin();
    return this.#started.promise;
  }

  /** @throws BytecopyError `CAPTURE_COMMAND_FAILED` with the end of its error output, after the packets before it */
  async *packets(): PacketBatches {
    if (this.#input.stopped) return;
    const child = this.#begin();
    this.#reading = true;
    let broken: unknown;
    try {
      yield* this.#input.packets(child.stdout as Readable);
    } catch (error) {
      broken = error;
    } finally {
      this.#reading = false;
      // Either its output ended, or nobody wants the rest of it.
      if (child.stdout?.readableEnded !== true) await this.stop();
      await this.#ended.promise;
    }
    if (this.#failure !== undefined && !this.#input.stopped) throw this.#failed(this.#failure);
    if (broken !== undefined) throw broken;
  }

  /** Drops as tcpdump names them when it ends; undefined with other commands. */
  statistics(): CaptureStatistics {
    return {
      ...this.#input.statistics(),
      droppedByKernel: this.#input.statistics().droppedByKernel ?? this.#dropped('kernel'),
      droppedByInterface: this.#input.statistics().droppedByInterface ?? this.#dropped('interface'),
    };
  }

  /** Ends the command's whole group; what it still writes is handed over where `packets()` is being read. */
  async stop(): Promise<void> {
    this.#input.stop();
    const child = this.#child;
    if (child === undefined)
      this.#started.reject(new BytecopyError('CAPTURE_STOPPED', `${this.name} was stopped before it began`));
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    signalGroup(child, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_PATIENCE_MS);
    void this.#ended.promise.then(() => clearTimeout(timer));
    if (this.#reading) return;
    child.stdout?.resume();
    await this.#ended.promise;
  }

  #begin(): ChildProcess {
    if (this.#child !== undefined) return this.#child;
    const child = spawn('/bin/sh', ['-c', this.#command], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    child.stdout.once('readable', () => {
      if (child.stdout.readableLength > 0) this.#started.resolve();
      // Its end is readable too, and taken only by a read.
      else child.stdout.read();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr.push(text);
      this.#started.resolve();
    });
    child.on('error', (cause) => this.#end(`could not be started: ${cause.message}`));
    child.on('close', (code, signal) =>
      this.#end(code === 0 ? undefined : `ended with ${signal ?? `exit code ${code}`}`),
    );
    return child;
  }

  #end(failure: string | undefined): void {
    this.#failure = failure;
    if (failure === undefined) this.#started.resolve();
    else this.#started.reject(this.#failed(failure));
    this.#ended.resolve();
  }

  #failed(how: string): BytecopyError {
    return new BytecopyError('CAPTURE_COMMAND_FAILED', `the command "${this.#command}" ${how}`, {
      hint: this.#stderr.text() || 'it wrote nothing to its error output; run it by itself to see what it does',
    });
  }

  #dropped(by: 'kernel' | 'interface'): number | undefined {
    const count = new RegExp(`^(\\d+) packets? dropped by ${by}$`, 'm').exec(this.#stderr.text())?.[1];
    return count === undefined ? undefined : Number(count);
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
