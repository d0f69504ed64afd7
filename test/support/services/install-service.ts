/**
 * What a real server needs before it can start: Java 17, and its jars in `.services`, fetched by Maven once.
 *
 * Maven reads the settings of the environment (`~/.m2/settings.xml`, `MAVEN_ARGS`): no registry is named here.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';

export const SERVICES = ['elasticsearch', 'cassandra', 'hbase'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** What each script fetches; the pinned versions stand in the scripts. */
const INSTALL_DEADLINE_MS = 10 * 60_000;
/** A download that failed is not tried again by every test file of a run. */
const FAILURE_LASTS_MS = 5 * 60_000;

const PROJECT_DIR = resolve(import.meta.dirname, '../../..');

/** Where servers are installed; ignored by git, kept from run to run. */
export function servicesFolder(): string {
  return resolve(process.env.BYTECOPY_SERVICES ?? join(PROJECT_DIR, '.services'));
}

export function serviceScript(name: ServiceName): string {
  return join(import.meta.dirname, `${name}.sh`);
}

/** Home of a Java 17, the version that starts all of the servers; undefined where there is none. */
export function findJava17(): string | undefined {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => dirname(folder));
  const installed = existsSync(JVM_FOLDER) ? readdirSync(JVM_FOLDER).map((name) => join(JVM_FOLDER, name)) : [];
  return [process.env.JAVA_HOME ?? '', ...installed, ...onPath].find(isJava17);
}

const JVM_FOLDER = '/usr/lib/jvm';

function isJava17(home: string): boolean {
  if (home === '' || !existsSync(join(home, 'bin/java')) || !existsSync(join(home, 'release'))) return false;
  return /^JAVA_VERSION="17[."]/m.test(readFileSync(join(home, 'release'), 'utf8'));
}

/** Installs a server unless it is there. @returns why it could not be, in a line; undefined when it is there */
export function installService(name: ServiceName): string | undefined {
  const javaHome = findJava17();
  if (process.platform !== 'linux') return `${name} is started on Linux only`;
  if (javaHome === undefined) return `${name} needs Java 17: run \`bash deploy/setup --for test\``;
  const folder = servicesFolder();
  mkdirSync(folder, { recursive: true });
  const failure = join(folder, `${name}.failed`);
  if (existsSync(failure) && Date.now() - statSync(failure).mtimeMs < FAILURE_LASTS_MS) {
    return readFileSync(failure, 'utf8');
  }
  const run = spawnSync('bash', [serviceScript(name), 'install'], {
    env: { ...process.env, JAVA_HOME: javaHome, BYTECOPY_SERVICES: folder },
    encoding: 'utf8',
    timeout: INSTALL_DEADLINE_MS,
  });
  if (run.status === 0) {
    rmSync(failure, { force: true });
    return undefined;
  }
  const words = `${run.stderr}${run.stdout}`.trim().split('\n', 1)[0] || String(run.error?.message ?? 'no words');
  const reason = `${name} could not be installed, it needs Maven and its registry: ${words}`;
  writeFileSync(failure, reason);
  return reason;
}
