/**
 * Where a replay goes: the target as a user names it, its addresses, and whether the recording was made of it.
 *
 *     http://host:port    tcp://host:port    thrift://host:port    host:port     plain
 *     https://host:port   tls://host:port                                        TLS
 *
 * What is said on the connection follows from what was recorded, so the words but for TLS and the port mean the same.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { BytecopyError, type Endpoint, type Flow } from '../core/index.ts';

export interface Target {
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
  /** What a `Host` field for it says: without the port where it is HTTP's own (RFC 9110, section 7.2). */
  readonly authority: string;
  /** Over TLS. */
  readonly secure: boolean;
}

interface Scheme {
  readonly secure: boolean;
  readonly defaultPort: number | undefined;
}

const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['http', { secure: false, defaultPort: 80 }],
  ['https', { secure: true, defaultPort: 443 }],
  ['tcp', { secure: false, defaultPort: undefined }],
  ['thrift', { secure: false, defaultPort: undefined }],
  ['tls', { secure: true, defaultPort: undefined }],
]);

const FORM = /^(?:([a-z]+):\/\/)?([^/?#]*)(.*)$/i;
const HINT = 'a target looks like http://127.0.0.1:8080, https://shop.example or tcp://127.0.0.1:9090';

/**
 * @param text scheme, host and port, with nothing but an optional `/` behind them; without a scheme it is `tcp`
 * @throws BytecopyError `REPLAY_TARGET_INVALID` (exit code 2)
 */
export function parseTarget(text: string): Target {
  const [, name = 'tcp', place = '', rest = ''] = FORM.exec(text) ?? [];
  const scheme = SCHEMES.get(name.toLowerCase());
  if (scheme === undefined) throw invalid(text, `${name} is no way to send`, HINT);
  if (rest !== '' && rest !== '/') {
    throw invalid(text, 'more than host and port', 'paths come from the recording: leave only host and port');
  }
  if (place.includes('@'))
    throw invalid(text, 'it names a user', 'credentials come from the recording or --set-header');
  // With either of two schemes, one of them leaves no port out.
  const [plain, secure] = [`http://${place}`, `https://${place}`].map((url) =>
    URL.canParse(url) ? new URL(url) : undefined,
  );
  if (plain === undefined || secure === undefined) throw invalid(text, 'no host and port', HINT);
  const written = plain.port === '' ? secure.port : plain.port;
  const port = written === '' ? scheme.defaultPort : Number(written);
  if (port === undefined) throw invalid(text, 'no port', `name it, as in ${name}://${place}:9090`);
  if (port === 0) throw invalid(text, 'port 0 is none', HINT);
  const isDefault = port === (scheme.secure ? 443 : 80);
  return {
    hostname: plain.hostname.replace(/^\[|\]$/g, ''),
    port,
    authority: isDefault ? plain.hostname : `${plain.hostname}:${port}`,
    secure: scheme.secure,
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

/** What requests were recorded from: production, where they must not go again. */
export interface RecordedServers {
  /**
   * @param host the request's recorded `Host`, empty where it had none; it tells the server where an address is translated
   * @throws BytecopyError `REPLAY_TARGET_IS_RECORDED` (exit code 2)
   */
  check(flow: Flow, host: string): void;
}

/** Refuses requests whose recorded server is the target. */
export class TargetGuard implements RecordedServers {
  readonly #target: Target;
  readonly #hosts: ReadonlySet<string>;
  readonly #authority: string;
  /** The host asked about last, which is nearly always the next one too. */
  #lastHost = '';
  #lastIsTarget = false;

  constructor(target: Target, endpoints: readonly Endpoint[]) {
    this.#target = target;
    this.#hosts = new Set(endpoints.map((endpoint) => canonicalHost(endpoint.address)));
    this.#authority = `${plainName(target.hostname)}:${target.port}`;
  }

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
    if (host === this.#lastHost) return this.#lastIsTarget;
    this.#lastHost = host;
    this.#lastIsTarget = host !== '' && this.#isAuthority(host);
    return this.#lastIsTarget;
  }

  #isAuthority(host: string): boolean {
    const [, name = '', port = this.#target.secure ? ':443' : ':80'] = /^(.*?)(:\d+)?$/s.exec(host) ?? [];
    return `${plainName(name.replace(/^\[|\]$/g, ''))}${port}` === this.#authority;
  }
}

/** Refuses what was recorded from any of several targets. */
export function guardOf(guards: readonly RecordedServers[]): RecordedServers {
  const [first] = guards;
  if (first !== undefined && guards.length === 1) return first;
  return {
    check(flow, host) {
      for (const guard of guards) guard.check(flow, host);
    },
  };
}

/** A dot at its end makes no other name of it. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** One name for all addresses of this machine's loopback, and IPv4 in its own form where it is mapped into IPv6. */
function canonicalHost(address: string): string {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
  const loopback = plain === '::1' || plain === '::' || plain === '0.0.0.0' || plain.startsWith('127.');
  return loopback ? 'loopback' : plain;
}

function invalid(text: string, found: string, hint: string): BytecopyError {
  return new BytecopyError('REPLAY_TARGET_INVALID', `the target "${text}" cannot be used: ${found}`, {
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
