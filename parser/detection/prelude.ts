/**
 * What stands before the protocol proper: the words a client exchanges first with a proxy, or with a server that wants to know who it is. They are passed over, and
 * detection begins behind them.
 */
import type { ByteCount, Direction } from '../../core/index.ts';
import { proxyHeaderClient, proxyHeaderLength } from './proxy-header.ts';
import { socksLength } from './socks.ts';
import { saslLength } from './thrift-sasl.ts';

export interface Prelude {
  readonly protocol: 'socks' | 'proxy-protocol' | 'thrift-sasl';
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

const THRIFT_SASL: Prelude = {
  protocol: 'thrift-sasl',
  lengthOf: (_direction, bytes) => saslLength(bytes),
  clientIn: () => '',
};

/** The prelude of that name, where it is one. */
export function preludeOf(protocol: string): Prelude | undefined {
  switch (protocol) {
    case 'socks':
      return SOCKS;
    case 'proxy-protocol':
      return PROXY;
    case 'thrift-sasl':
      return THRIFT_SASL;
    default:
      return undefined;
  }
}
