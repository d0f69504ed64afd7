/** The README's tour is typed as a user would type it, in a folder that looks like a clone, and says what it promises. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROJECT_DIR, requires, testWith } from '../support/requirements.ts';
import { joinSteps, readTour, splitOutput, type TourStep } from './readme-tour.ts';

const readme = readFileSync(join(PROJECT_DIR, 'README.md'), 'utf8');

/** What a clone does not have, or what the tour makes. */
const NOT_CLONED = new Set([
  '.git',
  'missing.pcapng',
  'visits.gor.gz',
  'demo-store',
  'shop-store',
  'bytecopy-store',
  'shop.log',
]);

/** The tour's ports; the test uses free ones that follow each other, too. */
const TOUR_PORTS = [8080, 8081, 8082];

const TOUR_TIMEOUT_MS = 180_000;

let clone: string;

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'bytecopy-tour-'));
  for (const entry of readdirSync(PROJECT_DIR).filter((name) => !NOT_CLONED.has(name))) {
    symlinkSync(join(PROJECT_DIR, entry), join(clone, entry));
  }
});

afterAll(() => rmSync(clone, { recursive: true, force: true }));

test('the README shows the two commands before anything else, and every command of the tour', () => {
  expect(/```sh\n([\s\S]*?)```/.exec(readme)?.[1]).toMatch(/^npm run demo .*\nnpm test .*\n$/);
  const shown = readTour(readme)
    .map((step) => step.script)
    .join('');
  for (const command of [
    'capture',
    'find',
    'show',
    'trace',
    'replay',
    'mirror',
    'parse',
    'import',
    'export',
    'explain',
  ]) {
    expect(shown).toContain(`npx bytecopy ${command} `);
  }
});

test('the links of the README lead somewhere', () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] ?? '');
  expect(links.filter((link) => !link.startsWith('https://') && !existsSync(join(PROJECT_DIR, link)))).toEqual([]);
});

testWith(
  ['build', 'libpcap', requires('capture').met ? 'capture' : 'user-namespaces'],
  'the tour runs from its first command to its last',
  async () => {
    const steps = readTour(readme);
    const ports = await freePorts();
    const { code, output, errors } = await runTour(steps, (text) =>
      TOUR_PORTS.reduce((changed, port, index) => changed.replaceAll(`${port}`, `${ports + index}`), text),
    );
    const outputs = splitOutput(output);
    expect(code, `stopped in step ${outputs.length} of ${steps.length}: ${outputs.at(-1)}\n${errors}`).toBe(0);
    for (const [index, step] of steps.entries()) {
      for (const text of step.prints) expect(outputs[index], `of\n${step.script}`).toContain(text);
    }
  },
  TOUR_TIMEOUT_MS,
);

interface TourEnd {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs the steps in one shell, in a namespace of its own where this user may not capture otherwise. */
function runTour(steps: readonly TourStep[], change: (text: string) => string): Promise<TourEnd> {
  const script = change(joinSteps(steps));
  const shell = requires('capture').met
    ? ['bash', '-c', script]
    : ['unshare', '--user', '--map-current-user', '--net', '--keep-caps', 'bash', '-c', `ip link set lo up\n${script}`];
  const [command = '', ...args] = shell;
  // Keys that the tour makes are not this user's.
  const env = { ...process.env, XDG_CONFIG_HOME: join(clone, 'config') };
  const child = spawn(command, args, { cwd: clone, stdio: ['ignore', 'pipe', 'pipe'], detached: true, env });
  let output = '';
  let errors = '';
  child.stdout.on('data', (bytes) => {
    output += bytes;
  });
  child.stderr.on('data', (bytes) => {
    errors += bytes;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    // The shop that the tour opened closes by itself a minute later; nobody waits for that here.
    child.on('exit', () => child.pid !== undefined && endGroup(child.pid));
    child.on('close', (code) => resolve({ code, output, errors }));
  });
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // All of it has ended.
  }
}

/** @returns the first of three free ports that follow each other */
async function freePorts(): Promise<number> {
  for (let first = 18_080; first < 28_080; first += TOUR_PORTS.length) {
    const servers = await Promise.all(TOUR_PORTS.map((_, index) => listen(first + index)));
    await Promise.all(servers.map((server) => server && new Promise((resolve) => server.close(resolve))));
    if (servers.every((server) => server !== undefined)) return first;
  }
  throw new Error('no three free ports in a row');
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
