/** The built command line as a user runs it: a process with arguments, output and an exit code. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { formatKeyFile, newKey } from '../../../cli/keys/key-file-text.ts';
import { KEY_BYTES } from '../../../core/index.ts';
import { PROJECT_DIR } from '../machine.ts';

export const BIN = join(PROJECT_DIR, 'dist/cli/bin.js');

/** Keys that seal in tests, never those of who runs them; made at once, so that no command says that it made them. */
export const KEY_FILE = makeKeyFile();

function makeKeyFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bytecopy-test-keys-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'keys');
  writeFileSync(path, formatKeyFile([newKey(randomBytes(KEY_BYTES), 0)]), { mode: 0o600 });
  return path;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  /** Resolves when standard error has the text; rejects when the process ends before. */
  says(text: string): Promise<void>;
  /** SIGINT, then what the process printed until its end. */
  interrupt(): Promise<Finished>;
  readonly finished: Promise<Finished>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
}

export function start(args: readonly string[], options: RunOptions = {}): Running {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: options.cwd,
    env: { ...process.env, BYTECOPY_KEY_FILE: KEY_FILE, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL')); // whatever became of the test
  child.stdin.on('error', () => {}); // the command may end before it has read everything
  child.stdin.end(options.input);
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const watcher of watchers) watcher();
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    process: child,
    finished,
    says: (text) =>
      new Promise<void>((resolve, reject) => {
        const watch = () => {
          if (!stderr.includes(text)) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
        finished.then(() => reject(new Error(`ended without saying "${text}": ${stderr}`)), reject);
      }),
    interrupt: () => {
      child.kill('SIGINT');
      return finished;
    },
  };
}

/** Runs to the end. */
export function run(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return start(args, options).finished;
}

/** The JSON lines of an output. */
export function jsonLines<T = Record<string, unknown>>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
