/**
 * Which TCP ports are listened on in this network namespace, as /proc/net/tcp and tcp6 say (proc_net_tcp.txt):
 *
 *     sl  local_address rem_address   st …
 *      0: 0100007F:1F90 00000000:0000 0A …       port 0x1F90 = 8080, state 0A = LISTEN
 */
import { readFileSync } from 'node:fs';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const LISTEN = '0A';

/** @returns true also where the kernel does not tell, so that nobody is accused wrongly */
export function listeningOn(port: number): boolean {
  const tables = TABLES.map(readTable).filter((text) => text !== undefined);
  return tables.length === 0 || tables.some((text) => listeningPorts(text).has(port));
}

/** @param table text of one table, with its heading */
export function listeningPorts(table: string): ReadonlySet<number> {
  const ports = new Set<number>();
  for (const line of table.split('\n').slice(1)) {
    const [, local = '', , state] = line.trim().split(/\s+/);
    if (state === LISTEN) ports.add(Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16));
  }
  return ports;
}

function readTable(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
