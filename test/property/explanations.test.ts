/**
 * Whatever a network or a capture did to packets, the ledger by flow and second sums up to the accounts, every packet is
 * explained once, every byte has one place, and what a packet brought to the stream is told with what it became.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LedgerDetail } from '../../cli/ledger/ledger-detail.ts';
import { conversation, type Trace } from '../support/packets/index.ts';
import { explainPackets, watch } from '../unit/cli/explain/explained.ts';

/** Requests with their answers, at each mss and numbers that wrap. */
const traffic = fc
  .record({
    exchanges: fc.array(fc.record({ asked: fc.nat(60), answered: fc.nat(200) }), { minLength: 1, maxLength: 6 }),
    clientIsn: fc.integer({ min: 0xffffff80, max: 0xffffffff }),
    mss: fc.integer({ min: 5, max: 90 }),
  })
  .map(({ exchanges, ...options }) => {
    const talk = conversation(options).handshake();
    for (const { asked, answered } of exchanges) {
      talk
        .client(`POST /${'p'.repeat(asked)} HTTP/1.1\r\nContent-Length: ${asked}\r\n\r\n${'a'.repeat(asked)}`)
        .server(`HTTP/1.1 200 OK\r\nContent-Length: ${answered}\r\n\r\n${'b'.repeat(answered)}`);
    }
    return talk.close().trace();
  });

interface Mischief {
  readonly seed: number;
  readonly places: number;
  /** Packets that are missing, by their place as a share of all. */
  readonly lost: readonly number[];
  readonly withoutHandshake: boolean;
  readonly overlaps: boolean;
}

const mischief: fc.Arbitrary<Mischief> = fc.record({
  seed: fc.integer(),
  places: fc.nat(5),
  lost: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 4 }),
  withoutHandshake: fc.boolean(),
  overlaps: fc.boolean(),
});

function shake(trace: Trace, { seed, places, lost, withoutHandshake, overlaps }: Mischief): Trace {
  let shaken = withoutHandshake ? trace.withoutHandshake() : trace;
  if (overlaps) shaken = shaken.overlap(seed);
  shaken = shaken.duplicate(seed).reorder(seed, places);
  for (const share of lost) shaken = shaken.lose(Math.floor(share * shaken.segments.length));
  return shaken;
}

const sum = (counts: readonly number[]) => counts.reduce((one, other) => one + other, 0);

test('the ledger by flow and by second sums up to the accounts', async () => {
  await fc.assert(
    fc.asyncProperty(traffic, mischief, async (trace, what) => {
      const { packets } = shake(trace, what);
      const detail = new LedgerDetail();
      const { accounts, facts } = (await watch(packets, detail)).report();
      const { flows, seconds } = detail.report();
      const directions = flows.flatMap(({ clientToServer, serverToClient }) => [clientToServer, serverToClient]);
      const stream = accounts['stream bytes'];
      expect(flows.every(({ balanced }) => balanced)).toBe(true);
      expect(sum(directions.map(({ bytes }) => bytes))).toBe(stream?.in);
      expect(sum(directions.map(({ inMessages }) => inMessages))).toBe(stream?.out['in messages']);
      expect(sum(seconds.map((row) => row.streamBytes))).toBe(stream?.in);
      expect(sum(seconds.map((row) => row.packets))).toBe(packets.length);
      expect(sum(seconds.map((row) => row.exchanges.paired))).toBe(facts['exchanges:paired'] ?? 0);
    }),
  );
});

test('every packet is explained once, every byte has one place, and no stream byte of a packet is without one', async () => {
  await fc.assert(
    fc.asyncProperty(traffic, mischief, async (trace, what) => {
      const { packets } = shake(trace, what);
      const { flows = [], loosePackets } = await explainPackets(packets);
      const told = flows.flatMap(({ lines }) => lines).filter((line) => line.kind === 'packet');
      expect(told.length + loosePackets.length).toBe(packets.length);
      for (const { ranges, trace: traced } of flows) {
        for (const [direction, map] of ranges.entries()) {
          let at = 0;
          for (const { offset, byteCount } of map) {
            expect(offset).toBe(at);
            at += byteCount;
          }
          expect(at).toBe((direction === 0 ? traced.report.clientToServer : traced.report.serverToClient).bytes);
        }
      }
      const brought = told.flatMap(({ pieces }) => pieces).filter(({ fate }) => fate === 'stream');
      expect(brought.flatMap(({ became }) => became).filter(({ became }) => became === 'unplaced')).toEqual([]);
    }),
  );
});
