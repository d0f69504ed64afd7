/**
 * Capturing without root: the demo runs itself again in a user and network namespace of its own, where it may capture,
 * and where nothing but its own loopback traffic is.
 */
import { spawn } from 'node:child_process';
import { captureFilter, openCaptureSource } from '../../collector/index.ts';
import { BytecopyError } from '../../core/index.ts';

const INSIDE = 'BYTECOPY_IN_NAMESPACE';
/** Brings the namespace's loopback interface up, then becomes the command. */
const SCRIPT = 'ip link set lo up && exec "$@"';

export function isInNamespace(environment: NodeJS.ProcessEnv): boolean {
  return environment[INSIDE] === '1';
}

/**
 * Captures for a moment, to know before anything is started.
 *
 * @returns the refusal, or undefined where this process may capture
 * @throws BytecopyError where capturing fails for another reason
 */
export async function captureRefusal(): Promise<BytecopyError | undefined> {
  const source = openCaptureSource({ kind: 'live', interface: 'lo', filter: captureFilter([1]) });
  try {
    await source.started();
    return undefined;
  } catch (error) {
    if (error instanceof BytecopyError && error.code === 'CAPTURE_NO_PRIVILEGE') return error;
    throw error;
  } finally {
    await source.stop();
  }
}

/**
 * @returns the exit code of the demo inside
 * @throws BytecopyError `DEMO_NO_CAPTURE` where namespaces are not allowed either
 */
export async function runInNamespace(environment: NodeJS.ProcessEnv, cause: unknown): Promise<number> {
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const args = ['--user', '--map-current-user', '--net', '--keep-caps', 'sh', '-c', SCRIPT, 'sh'];
  if (!(await mayEnter(args))) {
    throw new BytecopyError(
      'DEMO_NO_CAPTURE',
      'this user may not capture, and may not make a namespace in which it could',
      {
        hint: `run it as root: sudo ${self.join(' ')}`,
        cause,
      },
    );
  }
  const child = spawn('unshare', [...args, ...self], { stdio: 'inherit', env: { ...environment, [INSIDE]: '1' } });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

function mayEnter(args: readonly string[]): Promise<boolean> {
  const child = spawn('unshare', [...args, 'true'], { stdio: 'ignore' });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}
