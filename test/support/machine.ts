/**
 * What a test may need from the machine it runs on, and how to find out.
 *
 * A requirement is of one of four kinds, and the kind decides what an unmet one means where `CI=true`:
 *
 *     package    deploy/setup can install it   → the skipped test counts as failed
 *     privilege  the kernel or user forbids it → the skip is allowed
 *     data       not part of the project       → the skip is allowed
 *     server     a real one, from a registry   → the skip is allowed
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { installService, type ServiceName } from './services/install-service.ts';

export type RequirementKind = 'package' | 'privilege' | 'data' | 'server';

export type Requirement =
  | 'build'
  | 'cap'
  | 'capture'
  | 'cassandra'
  | 'corpus'
  | 'elasticsearch'
  | 'hbase'
  | 'ip'
  | 'ipv6'
  | 'libpcap'
  | 'nginx'
  | 'openssl'
  | 'root'
  | 'tcpdump'
  | 'tshark'
  | 'unprivileged'
  | 'user-namespaces'
  | 'wrk';

interface Probe {
  readonly kind: RequirementKind;
  /** Printed behind the name of a skipped test. */
  readonly reason: string;
  /** A text says more exactly why it is not. */
  readonly met: () => boolean | string;
}

/** The root of the checkout. */
export const PROJECT_DIR = resolve(import.meta.dirname, '../..');

/** Real captures with known contents; lies beside the checkout, never in it. */
export const CORPUS_DIR = resolve(PROJECT_DIR, '../shared/corpus');

/** Bit of the effective capability set that allows packet sockets (capabilities(7)). */
const CAP_NET_RAW = 13n;

const PROBES: Readonly<Record<Requirement, Probe>> = {
  build: {
    kind: 'package',
    reason: 'the project is not built: run `npm run build`',
    met: () => existsSync(join(PROJECT_DIR, 'dist/cli/bin.js')),
  },
  cap: {
    kind: 'package',
    reason: 'the optional package `cap` is not built: it needs a compiler and libpcap-dev',
    met: () => existsSync(join(PROJECT_DIR, 'node_modules/cap/build/Release/cap.node')),
  },
  capture: {
    kind: 'privilege',
    reason: 'live capture needs root or CAP_NET_RAW',
    met: () => isRoot() || hasCapability(CAP_NET_RAW),
  },
  cassandra: server('cassandra'),
  corpus: {
    kind: 'data',
    reason: `no corpus of captures at ${CORPUS_DIR}`,
    met: () => existsSync(join(CORPUS_DIR, 'INDEX.tsv')),
  },
  elasticsearch: server('elasticsearch'),
  hbase: server('hbase'),
  ip: program('ip', 'iproute2'),
  ipv6: {
    kind: 'privilege',
    reason: 'the loopback interface has no IPv6 address',
    met: () => Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === '::1')),
  },
  libpcap: {
    kind: 'package',
    reason: 'libpcap is not installed',
    met: () => libraryDirs().some((dir) => readdirSync(dir).some((file) => file.startsWith('libpcap.so'))),
  },
  nginx: program('nginx', 'nginx'),
  openssl: program('openssl', 'openssl'),
  root: { kind: 'privilege', reason: 'needs root', met: isRoot },
  tcpdump: program('tcpdump', 'tcpdump'),
  tshark: program('tshark', 'tshark'),
  unprivileged: { kind: 'privilege', reason: 'must not run as root', met: () => !isRoot() },
  'user-namespaces': {
    kind: 'privilege',
    reason: 'user and network namespaces are forbidden here',
    met: () => spawnSync('unshare', ['--user', '--map-current-user', '--net', '--keep-caps', 'true']).status === 0,
  },
  wrk: program('wrk', 'wrk'),
};

export interface RequirementState {
  readonly met: boolean;
  readonly kind: RequirementKind;
  /** Why it is unmet and what would help; empty when met. */
  readonly reason: string;
}

const known = new Map<Requirement, RequirementState>();

/** Probes this machine once for each requirement and remembers the answer. Never throws. */
export function requires(requirement: Requirement): RequirementState {
  const before = known.get(requirement);
  if (before !== undefined) return before;
  const probe = PROBES[requirement];
  const found = probe.met();
  const met = found === true;
  const state = { met, kind: probe.kind, reason: met ? '' : found || probe.reason };
  known.set(requirement, state);
  return state;
}

/** @returns whether a name read from a report is one of ours */
export function isRequirement(name: string): name is Requirement {
  return Object.hasOwn(PROBES, name);
}

/** @returns the path of a program on PATH or in the system folders that a user's PATH may leave out */
export function findProgram(name: string): string | undefined {
  const dirs = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return dirs.map((dir) => join(dir, name)).find(isExecutable);
}

function program(name: string, packageName: string): Probe {
  return {
    kind: 'package',
    reason: `${name} is not installed (package ${packageName}): run \`bash deploy/setup --for test\``,
    met: () => findProgram(name) !== undefined,
  };
}

/** Installs it, once: the probe of a server may take a minute where it was never asked for before. */
function server(name: ServiceName): Probe {
  return { kind: 'server', reason: `${name} is not installed`, met: () => installService(name) ?? true };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function hasCapability(bit: bigint): boolean {
  if (!existsSync('/proc/self/status')) return false;
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  return effective !== undefined && ((BigInt(`0x${effective}`) >> bit) & 1n) === 1n;
}

function libraryDirs(): string[] {
  const roots = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib'].filter((dir) => existsSync(dir));
  const multiarch = roots.flatMap((root) =>
    readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name.includes('-linux-'))
      .map((entry) => join(root, entry.name)),
  );
  return [...roots, ...multiarch];
}
