import { expect, test } from 'vitest';
import { FlowRows } from '../../../../cli/ledger/flow-rows.ts';
import { LedgerDetail } from '../../../../cli/ledger/ledger-detail.ts';
import { SecondRows } from '../../../../cli/ledger/second-rows.ts';
import type { Flow, Micros, StreamChunk } from '../../../../core/index.ts';
import { conversation } from '../../../support/packets/index.ts';
import { numbered } from '../../../support/store/numbered.ts';
import { watch } from '../explain/explained.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const SECOND: Micros = 1_000_000;

const flow = (n: number): Flow => ({
  id: n.toString(16).padStart(16, '0'),
  client: { address: '10.0.0.1', port: 1000 + n },
  server: { address: '10.0.0.2', port: 80 },
  network: '',
  vantage: 'unknown',
  orientation: 'handshake',
  startedAt: n * SECOND,
});

/** A flow of so many bytes from its client, all of them discarded, and its end. */
function* wholeFlow(n: number, byteCount: number): Generator<StreamChunk> {
  const at = n * SECOND;
  yield { kind: 'open', flow: flow(n), at };
  yield { kind: 'data', flow: flow(n), direction: 0, offset: 0, bytes: new Uint8Array(byteCount), at };
  for (const direction of [0, 1] as const) yield { kind: 'close', flow: flow(n), direction, reason: 'fin', at };
}

test('each flow tells its ends, its bytes by what they became, its exchanges, and that it adds up', async () => {
  const detail = new LedgerDetail();
  const talk = conversation()
    .handshake()
    .client('GET /a HTTP/1.1\r\n\r\n')
    .server('HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n1234567890')
    .unseen('server', '1234567890')
    .server('1234567890')
    .close();
  await watch(talk.packets, detail);
  const { flows, otherFlows, seconds, secondsPerRow } = detail.report();
  expect(flows).toMatchObject([
    {
      client: '10.0.0.1:40000',
      server: '10.0.0.2:80',
      protocol: 'http1',
      clientToServer: { bytes: 19, inMessages: 19, gap: {}, discarded: {}, closed: 'fin' },
      serverToClient: { bytes: 69, inMessages: 59, gap: { acknowledged: 10 }, discarded: {}, closed: 'fin' },
      exchanges: { paired: 1, broken: 1, complete: 0 },
      reasons: { gap: 1 },
      held: 0,
      balanced: true,
    },
  ]);
  expect(otherFlows.flows).toBe(0);
  expect(secondsPerRow).toBe(1);
  expect(seconds).toMatchObject([
    { at: '2023-11-14T22:13:20.000000Z', packets: talk.packets.length, decoded: talk.packets.length, gapBytes: 10 },
  ]);
});

test('a flow that is not parsed has the name of its protocol', async () => {
  const detail = new LedgerDetail();
  await watch(conversation().handshake().client(Buffer.from('16030100a5010000a10303', 'hex')).close().packets, detail);
  expect(detail.report().flows).toMatchObject([{ protocol: 'tls', balanced: true }]);
});

test('an exchange counts in the second in which it began, its bytes in that in which they came', async () => {
  const detail = new LedgerDetail();
  const talk = conversation().handshake().client('GET /a HTTP/1.1\r\n\r\n').wait(2_500).server(OK).close();
  await watch(talk.packets, detail);
  const { seconds } = detail.report();
  expect(seconds.map(({ exchanges, streamBytes }) => [exchanges.complete, streamBytes])).toEqual([
    [1, 19],
    [0, 40],
  ]);
});

test('flows beyond the bound are summed up, the whole ones apart from those that lack something', () => {
  const rows = new FlowRows({ maxListed: 2, maxOpen: 100 });
  for (let n = 0; n < 10; n++) {
    for (const chunk of wholeFlow(n, 100)) rows.chunk(chunk);
    if (n % 2 === 0) rows.discarded(flow(n), 0, 100, 'not-parsed:tls');
    rows.settle(n * SECOND);
  }
  const { flows, otherFlows } = rows.report();
  expect(flows.length).toBe(4);
  expect(otherFlows).toMatchObject({ flows: 6, clientToServer: { bytes: 600, discarded: { 'not-parsed:tls': 300 } } });
});

test('flows beyond those that may be open count from their first byte, unnamed', () => {
  const rows = new FlowRows({ maxListed: 10, maxOpen: 1 });
  for (const n of [1, 2]) {
    const [open, data] = wholeFlow(n, 50);
    for (const chunk of [open, data]) if (chunk !== undefined) rows.chunk(chunk);
  }
  const { flows, otherFlows } = rows.report();
  expect(flows.map(({ client }) => client)).toEqual(['10.0.0.1:1001']);
  expect(otherFlows).toMatchObject({ flows: 1, clientToServer: { bytes: 50 } });
});

test('one id for many flows, as nobody but an attacker has it, takes no room and leaves nothing out', () => {
  const rows = new FlowRows({ maxListed: 100, maxOpen: 100 });
  for (let n = 0; n < 50; n++) {
    for (const chunk of wholeFlow(n, 10)) rows.chunk({ ...chunk, flow: { ...chunk.flow, id: 'a'.repeat(16) } });
  }
  const { flows, otherFlows } = rows.report();
  expect([flows.length, otherFlows.flows]).toEqual([8, 42]);
  expect(otherFlows.clientToServer.bytes).toBe(420);
});

test('when there are too many seconds, each two become one, and nothing is left out', () => {
  const rows = new SecondRows(4);
  for (let second = 0; second < 100; second++) {
    rows.packet(second * SECOND, second % 10 === 0 ? 'not-ip' : 'decoded');
    rows.seen(second * SECOND, 10);
  }
  const { seconds, secondsPerRow } = rows.report();
  expect(secondsPerRow).toBe(32);
  expect(seconds.map(({ packets }) => packets)).toEqual([32, 32, 32, 4]);
  expect(seconds.map(({ ignored }) => ignored['not-ip'])).toEqual([4, 3, 3, undefined]);
  expect(seconds.reduce((sum, row) => sum + row.streamBytes, 0)).toBe(1_000);
});

test('times far apart, as a broken capture has them, cost a row each and no more', () => {
  const rows = new SecondRows(4);
  for (const at of [0, 2 ** 40, 2 ** 50, 2 ** 52, 2 ** 53 - 1]) rows.packet(at, 'decoded');
  rows.exchange(numbered(1));
  expect(rows.report().seconds.length).toBeLessThanOrEqual(4);
  expect(rows.report().seconds.reduce((sum, row) => sum + row.packets, 0)).toBe(5);
});
