/** `--insecure --ca --cert --key --server-name` → how a target's certificate is judged and what is shown to it. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Command } from 'commander';
import { BytecopyError } from '../../core/index.ts';
import type { Config } from '../config/config.ts';
import { usageError } from './usage-error.ts';

const BELONG_TOGETHER = 'a certificate and its key belong together';

export interface TlsFlags {
  readonly insecure?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
}

export function addTlsOptions(command: Command): Command {
  return command
    .optionsGroup('TLS:')
    .option('--insecure', "take any certificate of the target's")
    .option('--ca <file>', "authorities to trust instead of the system's, PEM")
    .option('--cert <file>', 'own certificate, for targets that ask for one, PEM; needs --key')
    .option('--key <file>', 'key of the own certificate, PEM')
    .option('--server-name <name>', "name to ask for and to verify (default: the target's)");
}

/** @throws BytecopyError `USAGE` (exit code 2) for flags that contradict each other, or where no target speaks TLS */
export function checkTlsFlags(flags: TlsFlags, targets: readonly string[]): void {
  const { insecure, ca, cert, key, serverName } = flags;
  const said = Object.entries({
    '--insecure': insecure,
    '--ca': ca,
    '--cert': cert,
    '--key': key,
    '--server-name': serverName,
  }).find(([, value]) => value !== undefined);
  if (said !== undefined && !targets.some(isSecure)) {
    throw usageError(
      `${said[0]} is for TLS, and the target is ${targets[0]}`,
      'name https://host:port or tls://host:port',
    );
  }
  if (insecure && ca !== undefined) {
    throw usageError('--insecure and --ca contradict each other', 'leave one of them out');
  }
  if (cert !== undefined && key === undefined) throw usageError('--cert is given without --key', BELONG_TOGETHER);
  if (key !== undefined && cert === undefined) throw usageError('--key is given without --cert', BELONG_TOGETHER);
}

/**
 * Files are read and tried at once, so that a wrong one is told before a run.
 *
 * @returns undefined where everything is as usual, and for a target that does not speak TLS
 * @throws BytecopyError `TLS_FILE_INVALID` (exit code 2)
 */
export function tlsOptionsOf(flags: TlsFlags, target: string, config: Config) {
  if (!isSecure(target)) return undefined;
  const own = flags.cert === undefined ? config.replay : flags;
  const caFile = flags.insecure ? undefined : (flags.ca ?? config.replay?.ca);
  const ca = caFile === undefined ? {} : { ca: pemOf('--ca', caFile, readAuthorities) };
  const certified = own?.cert === undefined || own.key === undefined ? {} : ownOf(own.cert, own.key);
  const serverName = flags.serverName === undefined ? {} : { serverName: flags.serverName };
  const verify = flags.insecure ? { verify: false } : {};
  const options = { ...ca, ...certified, ...verify, ...serverName };
  return Object.keys(options).length === 0 ? undefined : options;
}

function isSecure(target: string): boolean {
  return /^(https|tls):/i.test(target);
}

function ownOf(certificateFile: string, keyFile: string): { certificate: string; key: string } {
  const certificate = pemOf('--cert', certificateFile, (cert) => void createSecureContext({ cert }));
  const key = pemOf('--key', keyFile, (pem) => void createSecureContext({ cert: certificate, key: pem }));
  return { certificate, key };
}

/** A secure context takes authorities that are none in silence. */
function readAuthorities(pem: string): void {
  const blocks = pem.match(/-----BEGIN (TRUSTED )?CERTIFICATE-----[^-]*-----END (TRUSTED )?CERTIFICATE-----/g);
  if (blocks === null) throw new Error('it holds no certificate');
  for (const block of blocks) new X509Certificate(block);
}

/** @param trial throws where the file is not what it should be; a key that does not fit its certificate too */
function pemOf(flag: string, file: string, trial: (pem: string) => void): string {
  try {
    const pem = readFileSync(file, 'latin1');
    if (!pem.includes('-----BEGIN ')) throw new Error('it holds no PEM block');
    trial(pem);
    return pem;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : message;
    throw new BytecopyError('TLS_FILE_INVALID', `${flag} ${file}: ${why}`, {
      hint: 'PEM is text that begins with -----BEGIN; openssl x509 -in FILE -out FILE.pem makes it from DER',
      exitCode: 2,
      cause,
    });
  }
}
