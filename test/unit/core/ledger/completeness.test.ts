import { expect, test } from 'vitest';
import { completenessOf, Ledger, reachesCompleteness } from '../../../../core/index.ts';

function ledgerOf(facts: Readonly<Record<string, number>>): Ledger {
  const ledger = new Ledger();
  for (const [name, count] of Object.entries(facts)) ledger.setFact(name, count);
  return ledger;
}

test('complete over complete, lone and broken; oneways count as complete', () => {
  const ledger = ledgerOf({
    'exchanges:paired': 90,
    'exchanges:broken': 2,
    'exchanges:oneway': 5,
    'exchanges:request-only': 4,
    'exchanges:response-only': 1,
  });
  expect(completenessOf(ledger.report())).toMatchObject({
    ratio: 0.93,
    exchanges: 100,
    complete: 93,
    lone: 5,
    broken: 2,
  });
});

test('sessions and replayed messages stand beside, as do gaps, drops and flows that are neither parsed nor kept', () => {
  const ledger = ledgerOf({
    'exchanges:paired': 1,
    'exchanges:session': 3,
    'kernel-dropped-packets': 7,
    'flows:http1': 4,
    'flows:thrift': 1,
    'flows:empty': 9,
    'flows:tls': 2,
    'flows:redis': 3,
    'flows:websocket': 2,
    'flows-kept:redis': 1,
    'flows-kept:websocket': 2,
  });
  ledger.account('messages', 'paired').setAside('left-out', 'replayed', 2);
  ledger.account('packets', 'decoded').setAside('ignored', 'shed', 5);
  ledger.account('stream bytes', 'in messages').setAside('gap', 'acknowledged', 1000);
  ledger.account('stream bytes', 'in messages').setAside('gap', 'closed', 460);
  expect(completenessOf(ledger.report())).toEqual({
    ratio: 1,
    exchanges: 1,
    complete: 1,
    lone: 0,
    broken: 0,
    sessions: 3,
    replayedMessages: 2,
    gapBytes: 1460,
    kernelDrops: 7,
    interfaceDrops: null,
    shedPackets: 5,
    kept: { redis: 1, websocket: 2 },
    notParsed: { tls: 2, redis: 2 },
  });
});

test('nothing seen has no ratio, and reaches no requirement', () => {
  const nothing = completenessOf(new Ledger().report());
  expect(nothing).toMatchObject({ ratio: null, exchanges: 0, kernelDrops: null, notParsed: {} });
  expect(reachesCompleteness(nothing, 0.1)).toBe(false);
});

test('a requirement is met exactly at its border', () => {
  const nearly = completenessOf(ledgerOf({ 'exchanges:paired': 999, 'exchanges:request-only': 1 }).report());
  expect(reachesCompleteness(nearly, 99.9)).toBe(true);
  expect(reachesCompleteness(nearly, 99.91)).toBe(false);
});
