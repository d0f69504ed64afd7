/** Looks at everything that capturing on this machine depends on. */
import type { DoctorCheck } from './doctor-check.ts';

/** Takes about a second, captures nothing, changes nothing; never throws for what it finds. */
export async function runDoctor(): Promise<readonly DoctorCheck[]> {
  // Loaded here, because the FFI package that they use is needed by no other part of this process.
  const { checkCap, checkCapture, checkLibpcap, checkNamespaces } = await import('./capture-checks.ts');
  const { checkClock, checkDisk, checkNode } = await import('./host-checks.ts');
  const { checkInterfaces } = await import('./interface-checks.ts');
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
