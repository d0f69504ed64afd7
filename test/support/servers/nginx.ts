/**
 * A real nginx on a free loopback port, as a target whose access log is the witness of what was sent.
 *
 * One process (no master), so that its pid can be pinned and measured; runs as root and as anybody. Locations:
 *
 *   /…                 200, 1 kB of text, whatever the method (a body is read and thrown away)
 *   /status/<code>     that status, for the codes of {@link STATUSES}
 *   /large             200, 1 MiB
 *
 * Each line of the log is {@link LOG_FIELDS}, separated by tabs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** `$msec` is the time of the log line in seconds with three decimals. */
export const LOG_FIELDS = ['msec', 'status', 'request_method', 'request_uri', 'request_length', 'connection'] as const;

export const STATUSES = [201, 204, 302, 304, 400, 401, 403, 404, 429, 500, 502, 503] as const;

const FLUSH_PATH = '/-flush-';
const POLL_MS = 10;
const START_POLLS = 500;
const FLUSH_POLLS = 1000;

export interface NginxOptions {
  /** A free one where absent. */
  readonly port?: number;
  /** How long nginx keeps an idle connection, in seconds. */
  readonly keepAliveSeconds?: number;
  /** CPU number to pin the process to, where `taskset` is present. */
  readonly cpu?: number;
  /** nginx format string for each log line; {@link LOG_FIELDS} where absent. */
  readonly logFormat?: string;
  /** Further directives inside the server block. */
  readonly server?: string;
}

export interface Nginx {
  readonly port: number;
  readonly url: string;
  readonly accessLog: string;
  readonly pid: number;
  /** Every line logged until now, complete: nginx is asked for one more request and its line is waited for. */
  lines(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Path of the nginx binary, or undefined where none is installed. */
export function findNginx(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];
  return folders.map((folder) => join(folder, 'nginx')).find(isExecutable);
}

/** @throws Error when nginx is not installed or does not start; its own words are in the message */
export async function startNginx(options: NginxOptions = {}): Promise<Nginx> {
  const binary = findNginx();
  if (binary === undefined) throw new Error('nginx is not installed: ask findNginx() first');
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  const port = options.port ?? (await freePort());
  await writeFile(join(folder, 'large'), Buffer.alloc(1024 * 1024, 'L'));
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, options));
  const child = spawn(...commandLine(binary, folder, options.cpu), { stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.on('data', (bytes: Buffer) => {
    words += bytes.toString();
  });
  await waitUntilOpen(port, child, () => words);
  const accessLog = join(folder, 'access.log');
  let flushes = 0;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    accessLog,
    pid: child.pid as number,
    async lines() {
      const mark = `${FLUSH_PATH}${flushes++}`;
      await fetch(`http://127.0.0.1:${port}${mark}`, { headers: { connection: 'close' } });
      for (let polls = 0; polls < FLUSH_POLLS; polls++) {
        const lines = (await readFile(accessLog, 'utf8')).split('\n');
        if (lines.some((line) => line.includes(mark))) {
          return lines.filter((line) => line !== '' && !line.includes(FLUSH_PATH));
        }
        await delay(POLL_MS);
      }
      throw new Error(`nginx did not write its access log in ${(FLUSH_POLLS * POLL_MS) / 1000} s`);
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        await gone;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function configuration(folder: string, port: number, options: NginxOptions): string {
  const format = options.logFormat ?? LOG_FIELDS.map((field) => `$${field}`).join('\\t');
  const statuses = STATUSES.map((status) => `location = /status/${status} { return ${status}; }`).join('\n    ');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join('\n  ');
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 4096; multi_accept on; }
http {
  ${temporary}
  log_format precise '${format}';
  access_log ${folder}/access.log precise buffer=256k flush=100ms;
  default_type text/plain;
  keepalive_requests 1000000000;
  keepalive_timeout ${options.keepAliveSeconds ?? 75}s;
  client_max_body_size 64m;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    root ${folder};
    location / { return 200 "${'k'.repeat(1023)}\\n"; }
    location = /large { try_files /large =404; }
    ${statuses}
    ${options.server ?? ''}
  }
}
`;
}

function commandLine(binary: string, folder: string, cpu: number | undefined): [string, string[]] {
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'];
  return cpu === undefined || !isExecutable('/usr/bin/taskset')
    ? [binary, args]
    : ['/usr/bin/taskset', ['-c', String(cpu), binary, ...args]];
}

async function waitUntilOpen(port: number, child: ChildProcess, words: () => string): Promise<void> {
  for (let polls = 0; polls < START_POLLS; polls++) {
    if (child.exitCode !== null) break;
    if (await opens(port)) return;
    await delay(POLL_MS);
  }
  child.kill('SIGKILL');
  throw new Error(`nginx did not start on port ${port}: ${words()}`);
}

function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
