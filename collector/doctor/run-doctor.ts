/** Looks at everything that capturing on this machine depends on. */
import { checkCap, checkCapture, checkLibpcap, checkNamespaces } from './capture-checks.ts';
import type { DoctorCheck } from './doctor-check.ts';
import { checkClock, checkDisk, checkNode } from './host-checks.ts';
import { checkInterfaces } from './interface-checks.ts';

/** Takes about a second, captures nothing, changes nothing; never throws for what it finds. */
export async function runDoctor(): Promise<readonly DoctorCheck[]> {
  const [capture, cap, interfaces, namespaces, disk] = await Promise.all([
    checkCapture(),
    checkCap(),
    checkInterfaces(),
    checkNamespaces(),
    checkDisk(process.cwd()),
  ]);
  return [
    checkNode(process.versions.node),
    checkLibpcap(),
    capture,
    cap,
    ...interfaces,
    namespaces,
    checkClock(),
    disk,
  ];
}
