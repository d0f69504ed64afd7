/** Certificates for servers on loopback, signed by nobody but themselves; made by `openssl`, as node cannot make any. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

/**
 * @param names as in a subject alternative name: `DNS:shop.example`, `IP:127.0.0.1`
 * @throws Error where openssl fails; its own words are in the message
 */
export function selfSigned(...names: readonly string[]): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  try {
    const key = join(folder, 'key.pem');
    const cert = join(folder, 'cert.pem');
    const run = spawnSync(
      'openssl',
      // biome-ignore format: pairs
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
       '-subj', '/CN=test', '-addext', `subjectAltName=${names.join(',')}`, '-keyout', key, '-out', cert],
      { encoding: 'utf8' },
    );
    if (run.status !== 0) throw new Error(`openssl: ${run.stderr}`);
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
