/** Where a replay goes: the URL of the target, its addresses, and whether the recording was made of it. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { BytecopyError, type Endpoint, type Flow } from '../core/index.ts';

export interface Target {
  readonly hostname: string;
  readonly port: number;
  /** What a `Host` field for it says: without the port where it is 80 (RFC 9110, section 7.2). */
  readonly authority: string;
}

/**
 * @param url `http://host:port`, with nothing but an optional `/` behind it
 * @throws BytecopyError `REPLAY_TARGET_INVALID` (exit code 2)
 */
export function parseTarget(url: string): Target {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'https:')
    throw invalid(url, 'https is not supported', 'name an http:// address of the target');
  if (parsed?.protocol !== 'http:')
    throw invalid(url, 'not an http:// URL', 'a target looks like http://127.0.0.1:8080');
  if (parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '' || parsed.username !== '') {
    throw invalid(url, 'more than host and port', 'paths come from the recording: leave only http://host:port');
  }
  return {
    hostname: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? 80 : Number(parsed.port),
    authority: parsed.host,
  };
}

/**
 * The addresses behind the target's name, each with its port; looked up once a run.
 * @throws BytecopyError `REPLAY_TARGET_UNKNOWN` (exit code 1) when the name does not resolve
 */
export async function resolveTarget(target: Target): Promise<readonly [Endpoint, ...Endpoint[]]> {
  if (isIP(target.hostname) !== 0) return [{ address: target.hostname, port: target.port }];
  const found = await lookup(target.hostname, { all: true, verbatim: true }).catch((cause: unknown) => {
    throw unknown(target, cause);
  });
  const [first, ...others] = found.map(({ address }) => ({ address, port: target.port }));
  if (first === undefined) throw unknown(target, undefined);
  return [first, ...others];
}

/** Refuses requests whose recorded server is the target: that is production. */
export class TargetGuard {
  readonly #target: Target;
  readonly #hosts: ReadonlySet<string>;
  readonly #authority: string;

  constructor(target: Target, endpoints: readonly Endpoint[]) {
    this.#target = target;
    this.#hosts = new Set(endpoints.map((endpoint) => canonicalHost(endpoint.address)));
    this.#authority = `${target.hostname.toLowerCase()}:${target.port}`;
  }

  /**
   * @param host the request's recorded `Host`, empty where it had none
   * @throws BytecopyError `REPLAY_TARGET_IS_RECORDED` (exit code 2)
   */
  check(flow: Flow, host: string): void {
    const sameAddress = flow.server.port === this.#target.port && this.#hosts.has(canonicalHost(flow.server.address));
    if (!sameAddress && !this.#names(host)) return;
    const where = `${this.#target.hostname}:${this.#target.port}`;
    throw new BytecopyError('REPLAY_TARGET_IS_RECORDED', `the traffic was recorded from ${where}, the target itself`, {
      hint: 'replay to another server, or say --allow-target when this one may be hit',
      exitCode: 2,
    });
  }

  #names(host: string): boolean {
    if (host === '') return false;
    const named = host.toLowerCase();
    return named === this.#authority || `${named}:80` === this.#authority;
  }
}

/** One name for all addresses of this machine's loopback, and IPv4 in its own form where it is mapped into IPv6. */
function canonicalHost(address: string): string {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
  const loopback = plain === '::1' || plain === '::' || plain === '0.0.0.0' || plain.startsWith('127.');
  return loopback ? 'loopback' : plain;
}

function invalid(url: string, found: string, hint: string): BytecopyError {
  return new BytecopyError('REPLAY_TARGET_INVALID', `the target "${url}" cannot be used: ${found}`, {
    hint,
    exitCode: 2,
  });
}

function unknown(target: Target, cause: unknown): BytecopyError {
  return new BytecopyError('REPLAY_TARGET_UNKNOWN', `the target's name ${target.hostname} does not resolve`, {
    hint: 'check the name, or give an address',
    cause,
  });
}
