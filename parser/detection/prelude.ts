/**
 * What stands before the protocol proper: the words a client and a proxy exchange first. They are passed over, and
 * detection begins behind them.
 */
import type { ByteCount, Direction } from '../../core/index.ts';
import { proxyHeaderClient, proxyHeaderLength } from './proxy-header.ts';
import { socksLength } from './socks.ts';

export interface Prelude {
  readonly protocol: 'socks' | 'proxy-protocol';
  /**
   * How many of the first bytes of a direction belong to it; undefined while that cannot be told, -1 where they are not
   * what they seemed.
   *
   * @param direction 0: of whoever began with it
   */
  lengthOf(direction: Direction, bytes: Uint8Array): ByteCount | undefined;
  /** The client as a proxy names it, `ip:port`; empty where it does not. */
  clientIn(bytes: Uint8Array): string;
}

const SOCKS: Prelude = { protocol: 'socks', lengthOf: socksLength, clientIn: () => '' };
const PROXY: Prelude = {
  protocol: 'proxy-protocol',
  lengthOf: (direction, bytes) => (direction === 0 ? proxyHeaderLength(bytes) : 0),
  clientIn: proxyHeaderClient,
};

/** The prelude of that name, where it is one. */
export function preludeOf(protocol: string): Prelude | undefined {
  if (protocol === 'socks') return SOCKS;
  return protocol === 'proxy-protocol' ? PROXY : undefined;
}
