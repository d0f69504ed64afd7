/** What the machine itself brings: Node, clock, disk. */
import { statfs } from 'node:fs/promises';
import { type DoctorCheck, failed, ok, warning } from './doctor-check.ts';
import { readKernelClock } from './kernel-clock.ts';

/** As `engines` in package.json. */
const MIN_NODE = [20, 19] as const;
/** A few minutes of heavy traffic in the store. */
const ROOMY_BYTES = 2 * 1024 ** 3;
/** Less cannot take the write buffers of an embedded store. */
const MIN_FREE_BYTES = 200 * 1024 ** 2;

/** @param version as `process.versions.node` says it */
export function checkNode(version: string): DoctorCheck {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const recent = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  if (recent) return ok('node', version);
  return failed('node', `${version} is too old`, `install Node ${MIN_NODE.join('.')} or later`);
}

/** Times are compared between hosts, so a clock that runs free is worth a warning. */
export function checkClock(): DoctorCheck {
  const clock = readKernelClock();
  if (clock === undefined) return ok('clock', 'the kernel does not say whether it is synchronised');
  if (clock.synchronised)
    return ok('clock', `synchronised, at most ${(clock.maxErrorMicros / 1000).toFixed(1)} ms off`);
  return warning(
    'clock',
    'not synchronised: captures of several hosts will not line up',
    'run chrony, ntpd or systemd-timesyncd on the machine (a container has its host’s clock)',
  );
}

/** @param folder where the store is, or will be */
export async function checkDisk(folder: string): Promise<DoctorCheck> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free at ${folder}`;
  const hint = 'free some, or put the store elsewhere with --store';
  if (free < MIN_FREE_BYTES) return failed('disk', detail, hint);
  return free < ROOMY_BYTES ? warning('disk', detail, hint) : ok('disk', detail);
}
