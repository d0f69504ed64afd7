/** deploy/setup on machines made of stubs: a folder of programs is the whole PATH, and each stub writes what it was asked. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findProgram, PROJECT_DIR } from '../../support/machine.ts';

const SYSTEM_TOOLS =
  'awk bash cat chmod cut dirname env find grep head id mkdir mktemp rm sed sha256sum sort tee touch tr xargs'.split(
    ' ',
  );

/** All that `--for test` looks for. */
const TEST_PROGRAMS = [
  'g++',
  'ip',
  'make',
  'mvn',
  'nginx',
  'openssl',
  'python3',
  'tcpdump',
  'tshark',
  'unshare',
  'wrk',
];

const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

class Machine {
  readonly root = mkdtempSync(join(tmpdir(), 'bytecopy-setup-'));
  readonly #bin = join(this.root, 'bin');
  readonly #clone = join(this.root, 'clone');
  readonly #log = join(this.root, 'asked');

  constructor() {
    roots.push(this.root);
    for (const folder of ['bin', 'include', 'jvm/java-17/bin', 'clone/deploy', 'clone/core'])
      mkdirSync(join(this.root, folder), { recursive: true });
    copyFileSync(join(PROJECT_DIR, 'deploy/setup'), join(this.#clone, 'deploy/setup'));
    for (const file of ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'])
      this.write(file, '{"packages":{}}');
    this.write('core/units.ts', 'export {};');
    writeFileSync(this.#log, '');
    writeFileSync(join(this.root, 'jvm/java-17/bin/java'), '');
    for (const tool of SYSTEM_TOOLS) {
      const path = findProgram(tool);
      if (path !== undefined) symlinkSync(path, join(this.#bin, tool));
    }
    this.node('20.20.2');
    this.stub('ldconfig', 'echo "libpcap.so.0.8 => /lib/libpcap.so.0.8"');
    this.stub('npm', 'case "$1" in ci) mkdir -p node_modules ;; run) mkdir -p dist ;; esac');
  }

  /** A program that notes its arguments and then runs `script`. */
  stub(name: string, script = ''): this {
    const path = join(this.#bin, name);
    writeFileSync(path, `#!/bin/bash\n[ ${name} = ldconfig ] || echo "${name} $*" >>${this.#log}\n${script}\n`);
    chmodSync(path, 0o755);
    return this;
  }

  stubs(...names: string[]): this {
    for (const name of names) this.stub(name);
    return this;
  }

  without(name: string): this {
    rmSync(join(this.#bin, name), { force: true });
    return this;
  }

  node(version: string): this {
    const path = join(this.#bin, 'node');
    writeFileSync(
      path,
      `#!/bin/bash\ncase "$*" in *versions.node*) echo ${version} ;; *versions.modules*) echo 115 ;; *) exit 1 ;; esac\n`,
    );
    chmodSync(path, 0o755);
    return this;
  }

  /** `id` decides who one is: 0 is root. */
  user(uid: number): this {
    return this.without('id').stub('id', `echo ${uid}`);
  }

  write(file: string, text: string): this {
    writeFileSync(join(this.#clone, file), text);
    return this;
  }

  has(file: string): boolean {
    return existsSync(join(this.root, file));
  }

  setup(...args: string[]): { code: number | null; out: string[]; asked: string[] } {
    writeFileSync(this.#log, '');
    const result = spawnSync(join(this.#bin, 'bash'), ['deploy/setup', ...args], {
      cwd: this.#clone,
      encoding: 'utf8',
      env: {
        PATH: this.#bin,
        SETUP_SYSTEM_PATH: this.#bin,
        SETUP_INCLUDE_DIR: join(this.root, 'include'),
        SETUP_JVM_DIR: join(this.root, 'jvm'),
        SETUP_POLICY_FILE: join(this.root, 'policy-rc.d'),
      },
    });
    const lines = (text: string) => text.split('\n').filter((one) => one !== '');
    return {
      code: result.status,
      out: lines(result.stdout + result.stderr),
      asked: lines(readFileSync(this.#log, 'utf8')).filter((one) => !one.startsWith('id ')),
    };
  }
}

test('a fresh clone gets its packages and its build, and a second run does nothing in one line', () => {
  const machine = new Machine().stubs('ip', 'unshare');
  const first = machine.setup('--for', 'demo');
  expect(first.asked).toEqual([
    'npm ci --prefer-offline --no-audit --no-fund --loglevel=error',
    'npm run --silent build',
  ]);
  expect(first.out.at(-1)).toBe('setup: ready for demo');
  const second = machine.setup('--for', 'demo');
  expect(second).toEqual({ code: 0, out: ['setup: ready for demo, nothing to do'], asked: [] });
});

test('changed sources are built again, a changed lock file installs again', () => {
  const machine = new Machine().stubs('ip', 'unshare');
  machine.setup();
  expect(machine.write('core/units.ts', 'export const a = 1;').setup().asked).toEqual(['npm run --silent build']);
  expect(machine.write('package-lock.json', '{"packages":{ }}').setup().asked).toEqual([
    'npm ci --prefer-offline --no-audit --no-fund --loglevel=error',
    'npm run --silent build',
  ]);
});

test('a build that failed is tried again', () => {
  const machine = new Machine().stubs('ip', 'unshare').stub('npm', '[ "$1" = ci ] && mkdir -p node_modules || exit 1');
  expect(machine.setup().out.at(-1)).toBe('setup: the build failed: see above');
  expect(machine.setup()).toMatchObject({ code: 1, asked: ['npm run --silent build'] });
});

test('a Node that is too old, or none, says which to install', () => {
  const machine = new Machine().node('18.20.4');
  expect(machine.setup()).toMatchObject({ code: 1, asked: [] });
  expect(machine.setup().out[0]).toBe(
    'setup: Node.js 18.20.4 is too old: install Node.js 20.19 or newer (https://nodejs.org)',
  );
  expect(machine.node('20.9.0').setup().code).toBe(1);
  expect(machine.node('100.0.0').setup().code).toBe(0);
  expect(machine.without('node').setup().out[0]).toContain('Node.js is not installed');
});

test('without a way to become root, what is missing is listed with the command, and the essential stops', () => {
  const machine = new Machine().user(1000).stubs('apt-get', 'unshare').stub('ldconfig', '');
  const { code, out, asked } = machine.setup('--for', 'demo');
  expect(code).toBe(1);
  expect(asked).toEqual([]);
  expect(out).toEqual([
    'setup: missing on this machine:',
    '  libpcap    essential  package libpcap0.8',
    '  ip         optional   package iproute2',
    'setup: as root, run: apt-get install -y --no-install-recommends iproute2 libpcap0.8',
    'setup: cannot go on without what is essential',
  ]);
});

test('what is optional is named and does not stop', () => {
  const machine = new Machine().user(1000).stubs('dnf', 'ip', 'unshare', 'mvn').stub('sudo', 'exit 1');
  const { code, out } = machine.setup('--for', 'test');
  expect(code).toBe(0);
  expect(out).toContain('  tshark     optional   package wireshark-cli');
  expect(out).toContain(
    'setup: as root, run: dnf install -y gcc-c++ libpcap-devel make nginx openssl python3 tcpdump wireshark-cli wrk',
  );
});

test('root installs what is missing, without questions and without starting services', () => {
  const machine = new Machine()
    .user(0)
    .stubs('ip', 'unshare', 'make', 'g++', 'python3', 'openssl', 'tcpdump', 'wrk', 'tshark', 'mvn');
  writeFileSync(join(machine.root, 'include/pcap.h'), '');
  const nginx = join(machine.root, 'bin/nginx');
  machine.stub(
    'apt-get',
    `[ "$DEBIAN_FRONTEND" = noninteractive ] && [ -x ${machine.root}/policy-rc.d ] && touch ${nginx} && chmod 755 ${nginx}`,
  );
  const { code, out, asked } = machine.setup('--for', 'test');
  expect(code).toBe(0);
  expect(asked[0]).toMatch(/^apt-get .* install -y --no-install-recommends nginx$/);
  expect(out[0]).toBe('setup: installing nginx');
  expect(machine.has('policy-rc.d')).toBe(false);
});

test('one package that cannot be had costs only itself', () => {
  const machine = new Machine()
    .user(0)
    .stubs('ip', 'unshare', 'make', 'g++', 'python3', 'nginx', 'openssl', 'tcpdump', 'mvn');
  writeFileSync(join(machine.root, 'include/pcap.h'), '');
  const tshark = join(machine.root, 'bin/tshark');
  machine.stub('apt-get', `case "$*" in *wrk*) exit 100 ;; *tshark*) touch ${tshark}; chmod 755 ${tshark} ;; esac`);
  const { code, out, asked } = machine.setup('--for', 'test');
  expect(code).toBe(0);
  expect(asked.filter((one) => one.startsWith('apt-get')).map((one) => one.split(' ').at(-1))).toEqual([
    'wrk',
    'update',
    'tshark',
    'wrk',
  ]);
  expect(out).toContain('setup: could not install wrk (see .setup/install.log)');
  expect(machine.has('policy-rc.d')).toBe(false);
});

test('a Java 17 is installed beside whatever Java there is, and a machine that cannot goes on', () => {
  const machine = new Machine().user(0).stubs(...TEST_PROGRAMS, 'java', 'apk');
  writeFileSync(join(machine.root, 'include/pcap.h'), '');
  rmSync(join(machine.root, 'jvm/java-17'), { recursive: true });
  const { code, out, asked } = machine.setup('--for', 'test');
  expect(code).toBe(0);
  expect(asked[0]).toBe('apk add openjdk17-jre-headless');
  expect(out).toContain('  java17     optional   package openjdk17-jre-headless');
});

test('`cap` is tried again once where a compiler has come since, and its failure is no failure', () => {
  const machine = new Machine().stubs(...TEST_PROGRAMS).without('g++');
  machine.setup('--for', 'demo');
  writeFileSync(join(machine.root, 'include/pcap.h'), '');
  machine.stub('g++');
  expect(machine.setup('--for', 'test').asked).toEqual([
    'npm ci --prefer-offline --no-audit --no-fund --loglevel=error',
  ]);
  expect(machine.setup('--for', 'test')).toMatchObject({ code: 0, asked: [] });
});

test('wrong usage ends with 2', () => {
  expect(new Machine().setup('--for', 'fun')).toMatchObject({ code: 2, asked: [] });
  expect(new Machine().setup('demo').code).toBe(2);
});
