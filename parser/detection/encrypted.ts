/** Nobody can read or replay what was encrypted for others. */
const ENCRYPTED: ReadonlySet<string> = new Set(['tls', 'ssh']);

/** @param protocol name as recognised, a session's `attributes.protocol` */
export function isEncrypted(protocol: string): boolean {
  return ENCRYPTED.has(protocol);
}
