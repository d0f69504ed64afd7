/** The network interfaces that exist here, whether or not they are up or have an address. */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/**
 * @returns names as the kernel orders them. Read from /proc, which shows the network namespace of the process, where
 * /sys shows that of its mount.
 */
export function interfaceNames(): readonly string[] {
  try {
    const lines = readFileSync('/proc/net/dev', 'latin1').split('\n').slice(2);
    return lines.map((line) => line.slice(0, line.indexOf(':')).trim()).filter((name) => name !== '');
  } catch {
    return Object.keys(networkInterfaces());
  }
}
