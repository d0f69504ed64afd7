/** What the golden blocks hold: never changed, because blocks on users' disks are not either. */
import { createHash } from 'node:crypto';
import { type Exchange, KEY_BYTES, type SecretKey } from '../../../../core/index.ts';
import { exchange, flow, message, NOON_MICROS } from '../../../support/exchanges/index.ts';

const ids = (atMicros: number, flowId: string, offset: number): Exchange['id'] => ({
  at: NOON_MICROS + atMicros,
  flow: flowId,
  offset,
  index: 0,
});

const thriftFlow = flow({ id: '0011223344556677', vantage: 'callee', orientation: 'port', network: 'vlan:12' });
const tunnelFlow = flow({ id: 'fedcba9876543210', client: { address: '2001:db8::7', port: 50_123 } });

export const goldenExchanges: readonly Exchange[] = [
  exchange({ id: ids(0, '9f86d081884c7d65', 74) }),
  exchange({
    id: ids(250, thriftFlow.id, 0),
    flow: thriftFlow,
    origin: { tenant: 'shop', environment: 'live', region: 'north', instance: 'a-1', labels: { rack: '7' } },
    protocol: 'thrift',
    operation: 'getItem',
    verb: '',
    path: '',
    status: 0,
    outcome: 'request-only',
    reason: 'no-response',
    trace: undefined,
    session: 'größe-17',
    response: undefined,
    notes: ['late-frame'],
    attributes: { transport: 'framed', encoding: 'binary', call: 'call', sequenceId: '7' },
  }),
  exchange({
    id: ids(9_000_000, tunnelFlow.id, 5_000_000_000),
    flow: tunnelFlow,
    protocol: 'tcp',
    operation: 'tunnel',
    outcome: 'session',
    session: tunnelFlow.id,
    request: message('', 'opaque', { complete: false, truncated: true, missing: [{ offset: 6, byteCount: 1460 }] }),
    turns: [
      { direction: 0, byteCount: 1466, firstByteAt: NOON_MICROS },
      { direction: 1, byteCount: 90, firstByteAt: NOON_MICROS + 20 },
    ],
    sealed: [{ side: 'request', offset: 1, byteCount: 4, keyId: '0a1b2c3d', sealed: Uint8Array.of(1, 2, 3, 4) }],
  }),
];

/** One that lz4 does not shrink. */
export const goldenNoise: Exchange = exchange({
  id: ids(0, '3c1f9b6a20d874e5', 0),
  flow: flow({
    id: '3c1f9b6a20d874e5',
    client: { address: '::1', port: 9 },
    server: { address: 'ff02::5', port: 0 },
    startedAt: 0,
  }),
  protocol: 'tcp',
  source: '',
  service: 'u',
  operation: '',
  verb: '',
  path: '',
  status: 0,
  outcome: 'oneway',
  trace: undefined,
  session: '3c1f9b6a20d874e5',
  request: message('', createHash('sha512').update('noise').digest(), { firstByteAt: 0, lastByteAt: 0 }),
  response: undefined,
});

export const goldenKey: SecretKey = {
  id: 'c0ffee11',
  bytes: Uint8Array.from({ length: KEY_BYTES }, (_, i) => i),
};
