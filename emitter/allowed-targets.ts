/**
 * Where sends may go at all, whatever the target's name resolves to.
 *
 *     *.test.example   staging-?   10.1.*   192.0.2.7   10.0.0.0/8   2001:db8::/32   each with :port or not
 *     └── names, any case ───┘     └────────── addresses and networks ─────────┘    IPv6 with port: [2001:db8::/32]:80
 *
 * A target is allowed where its name is, or where every address behind the name is. An entry that can only be an
 * address says nothing of names: `10.1.*` does not let `10.1.example` through.
 */
import { BlockList, isIP } from 'node:net';
import { BytecopyError, type Endpoint, matchesWildcard } from '../core/index.ts';
import type { Target } from './target.ts';

interface Entry {
  /** Undefined where any is allowed. */
  readonly port: number | undefined;
  readonly allowsName: (name: string) => boolean;
  readonly allowsAddress: (address: string) => boolean;
}

/** `[host]:port`, brackets around the address alone or around the network. */
const BRACKETED = /^\[([^\]]*)\](\/\d+)?(?::(\d+))?$/;
const WITH_PORT = /^([^:]*):(\d+)$/;
const NETWORK = /^([^/]+)\/(\d{1,3})$/;
/** No name is made of digits and dots alone. */
const ONLY_ADDRESS = /^[\d.*?]*\d[\d.*?]*$/;
const MAX_PORT = 65_535;

export class AllowedTargets {
  readonly #texts: readonly string[];
  readonly #entries: readonly Entry[];

  /** @throws BytecopyError `REPLAY_OPTIONS_INVALID` (exit code 2) at an entry that is no name, address or network */
  constructor(entries: readonly string[]) {
    this.#texts = entries;
    this.#entries = entries.map(parseEntry);
  }

  /**
   * @param endpoints what the target's name resolved to
   * @throws BytecopyError `REPLAY_TARGET_NOT_ALLOWED` (exit code 2)
   */
  check(target: Target, endpoints: readonly Endpoint[]): void {
    const { hostname, port } = target;
    const entries = this.#entries.filter((entry) => entry.port === undefined || entry.port === port);
    const name = hostname.toLowerCase().replace(/\.$/, '');
    if (isIP(hostname) === 0 && entries.some((entry) => entry.allowsName(name))) return;
    const allowed = (address: string): boolean => entries.some((entry) => entry.allowsAddress(address));
    if (endpoints.length > 0 && endpoints.every(({ address }) => allowed(address))) return;
    const addresses = endpoints.map(({ address }) => address).filter((address) => address !== hostname);
    const behind = addresses.length === 0 ? '' : ` (${addresses.join(', ')})`;
    throw new BytecopyError(
      'REPLAY_TARGET_NOT_ALLOWED',
      `the target ${hostname}:${port}${behind} is not among the allowed ones: ${this.#texts.join(', ') || 'none'}`,
      { hint: 'name another target, or add this one to the allowed ones', exitCode: 2 },
    );
  }
}

function parseEntry(text: string): Entry {
  const bracketed = BRACKETED.exec(text);
  const [, host = '', portText] =
    bracketed === null
      ? (WITH_PORT.exec(text) ?? [text, text, undefined])
      : [text, `${bracketed[1]}${bracketed[2] ?? ''}`, bracketed[3]];
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (port === 0 || port > MAX_PORT)) throw invalid(text, `${portText} is no port`);
  if (host === '' || /[\s@]/.test(host)) throw invalid(text, 'no name, address or network');
  if (host.includes('/')) return { port, allowsName: never, allowsAddress: withinNetwork(text, host) };
  if (isIP(host) !== 0) return { port, allowsName: never, allowsAddress: within(addressList(host)) };
  const pattern = host.toLowerCase().replace(/\.$/, '');
  const matches = (subject: string): boolean => matchesWildcard(pattern, subject.toLowerCase());
  const onlyAddress = ONLY_ADDRESS.test(pattern) || pattern.includes(':');
  return {
    port,
    allowsName: onlyAddress ? never : matches,
    allowsAddress: onlyAddress || pattern === '*' ? matches : never,
  };
}

function withinNetwork(text: string, host: string): (address: string) => boolean {
  const [, network = '', prefix = ''] = NETWORK.exec(host) ?? [];
  const family = isIP(network);
  if (family === 0) throw invalid(text, 'no network');
  const maxPrefix = family === 4 ? 32 : 128;
  if (Number(prefix) > maxPrefix) throw invalid(text, `a prefix of at most ${maxPrefix} bits is allowed`);
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  return within(list);
}

function addressList(address: string): BlockList {
  const list = new BlockList();
  list.addAddress(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return list;
}

function within(list: BlockList): (address: string) => boolean {
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  };
}

function never(): boolean {
  return false;
}

function invalid(text: string, found: string): BytecopyError {
  return new BytecopyError('REPLAY_OPTIONS_INVALID', `allowedTargets: "${text}": ${found}`, {
    hint: 'an allowed target looks like *.test.example, 10.1.*, 10.0.0.0/8 or [2001:db8::/32]:8080',
    exitCode: 2,
  });
}
