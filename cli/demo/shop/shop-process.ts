/** A service of the shop in a process of its own, as its parent sees it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { BytecopyError } from '../../../core/index.ts';
import { shopEntry } from './child-command.ts';
import type { ListeningLine, ShopRole } from './role.ts';

export interface ShopProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends the process and waits for it. Idempotent. */
  stop(): Promise<void>;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A process that was told to end and is still there after this long is killed. */
const STOP_PATIENCE_MS = 3_000;

/**
 * Starts one service and waits until it listens.
 *
 * @throws BytecopyError `SHOP_NOT_STARTED` where the process ends before that
 */
export async function startShopProcess(role: ShopRole): Promise<ShopProcess> {
  const { command, args } = shopEntry();
  const child = spawn(command, [...args, JSON.stringify(role)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  child.stdin.on('error', () => {});
  const stop = () => stopChild(child, ended);
  const line = await Promise.race([firstLine(child.stdout), ended]);
  if (line === undefined) {
    await stop();
    throw new BytecopyError('SHOP_NOT_STARTED', `the demo's ${role.role} ended before it listened`, {
      hint: 'its own message is above; `bash deploy/setup` builds what it may lack',
    });
  }
  const { port } = JSON.parse(line) as ListeningLine;
  return { url: `http://127.0.0.1:${port}`, port, pid: child.pid as number, stop };
}

async function firstLine(output: Readable): Promise<string> {
  const lines = createInterface({ input: output });
  const [line] = (await once(lines, 'line')) as [string];
  lines.close();
  output.resume();
  return line;
}

async function stopChild(child: Child, ended: Promise<void>): Promise<void> {
  child.stdin.end();
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
  await ended;
  clearTimeout(killer);
}
