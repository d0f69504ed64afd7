/** Whether live capture works here: each engine is really started on the loopback interface for a moment. */
import { BytecopyError } from '../../core/index.ts';
import { captureFilter } from '../sources/capture-filter.ts';
import type { CaptureEngine } from '../sources/capture-spec.ts';
import { interfaceNames } from '../sources/interfaces.ts';
import { loadLibpcap } from '../sources/libpcap.ts';
import { openCaptureSource } from '../sources/open-capture-source.ts';
import { type DoctorCheck, failed, ok, warning } from './doctor-check.ts';
import { programOutput } from './program-output.ts';

/** Port 9 (discard): nothing is expected there, and nothing is kept. */
const QUIET_PORT = 9;

export function checkLibpcap(): DoctorCheck {
  const version = loadLibpcap()?.version();
  if (version === undefined) {
    return failed('libpcap', 'not installed', 'apt-get install libpcap0.8, dnf install libpcap or apk add libpcap');
  }
  return ok('libpcap', version);
}

export async function checkCapture(): Promise<DoctorCheck> {
  const trouble = await tryCapture('libpcap');
  if (trouble === undefined) return ok('live capture', `works on ${loopback()}`);
  return failed('live capture', trouble.message, trouble.hint ?? '');
}

/** The second engine is optional, so its absence is only worth a warning. */
export async function checkCap(): Promise<DoctorCheck> {
  const trouble = await tryCapture('cap');
  if (trouble === undefined) return ok('package cap', `works on ${loopback()}`);
  return warning('package cap', trouble.message, trouble.hint ?? '');
}

export async function checkNamespaces(): Promise<DoctorCheck> {
  const name = 'namespaces';
  const output = await programOutput('unshare', '--user', '--map-current-user', '--net', '--keep-caps', 'true');
  if (output !== undefined) return ok(name, 'a user and network namespace can be made: demo and lab need no root');
  return warning(
    name,
    'user and network namespaces cannot be made here: demo and lab need root',
    'install util-linux; or sysctl -w kernel.unprivileged_userns_clone=1 or kernel.apparmor_restrict_unprivileged_userns=0',
  );
}

async function tryCapture(engine: CaptureEngine): Promise<BytecopyError | undefined> {
  const source = openCaptureSource({
    kind: 'live',
    interface: loopback(),
    filter: captureFilter([QUIET_PORT]),
    engine,
  });
  try {
    await source.started();
    return undefined;
  } catch (error) {
    if (error instanceof BytecopyError) return error;
    throw error;
  } finally {
    await source.stop();
  }
}

function loopback(): string {
  return interfaceNames().find((name) => name === 'lo' || name === 'lo0') ?? 'any';
}
