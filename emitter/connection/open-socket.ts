/** A socket to the target, plain or TLS, that reads into one buffer shared by all: nothing is allocated for a read. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import { BytecopyError, type Endpoint } from '../../core/index.ts';
import type { TlsOptions } from '../options.ts';

/** What is agreed on once for all TLS connections of a pool. */
export interface TlsSetup {
  readonly context: SecureContext;
  readonly verify: boolean;
  /** Empty where the target is an address: such a name is not sent (RFC 6066, section 3), and the address is verified. */
  readonly serverName: string;
}

/**
 * @param hostName of the target as it was asked for
 * @throws BytecopyError `REPLAY_TLS_INVALID` (exit code 2) where a certificate or key cannot be read
 */
export function setUpTls(options: TlsOptions, hostName: string): TlsSetup {
  const { ca, certificate: cert, key } = options;
  const asked = options.serverName ?? hostName;
  try {
    const context = createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    });
    return { context, verify: options.verify, serverName: isIP(asked) === 0 ? asked : '' };
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new BytecopyError('REPLAY_TLS_INVALID', `the certificates for the target cannot be used: ${found}`, {
      hint: 'give PEM texts: certificates of authorities, and a certificate with the key that belongs to it',
      exitCode: 2,
      cause,
    });
  }
}

/**
 * @param buffer shared; what a read brings is there until `read` returns
 * @returns emits `connect`, and with TLS `secureConnect` when it can be used
 */
export function openSocket(
  endpoint: Endpoint,
  tls: TlsSetup | undefined,
  buffer: Uint8Array,
  read: (bytes: Uint8Array, byteCount: number) => void,
): Socket {
  const options = {
    host: endpoint.address,
    port: endpoint.port,
    onread: {
      buffer,
      callback: (byteCount: number, bytes: Uint8Array): boolean => {
        read(bytes, byteCount);
        return true;
      },
    },
  };
  if (tls === undefined) return connect({ ...options, noDelay: true });
  const { context, verify, serverName } = tls;
  const socket = connectTls({
    ...options,
    secureContext: context,
    rejectUnauthorized: verify,
    ...(serverName === '' ? {} : { servername: serverName }),
  });
  return socket.setNoDelay(true);
}
