import { expect, test } from 'vitest';
import { renderCompleteness, whyNoExchange } from '../../../../cli/render/index.ts';
import { completenessOf, Ledger } from '../../../../core/index.ts';

function reportOf(facts: Readonly<Record<string, number>>, packets: Readonly<Record<string, number>> = {}) {
  const ledger = new Ledger();
  for (const [name, count] of Object.entries(facts)) ledger.setFact(name, count);
  const account = ledger.account('packets', 'decoded');
  for (const [reason, count] of Object.entries(packets)) {
    account.in += count;
    if (reason === 'decoded') account.out += count;
    else account.setAside('ignored', reason, count);
  }
  return ledger.report();
}

test('one line says how much is whole, what is not, and what nobody could see', () => {
  const facts = {
    'exchanges:paired': 4992,
    'exchanges:broken': 2,
    'exchanges:request-only': 8,
    'kernel-dropped-packets': 0,
    'flows:tls': 3,
    'flows:redis': 1,
  };
  expect(renderCompleteness(completenessOf(reportOf(facts)))).toBe(
    'completeness 99.8 %: 4,990 of 5,000 exchanges whole; 8 lone, 2 broken; 0 gap bytes; 0 kernel drops; not parsed: 3 tls, 1 redis',
  );
});

test('a flow that is kept as a session is not said to be not parsed as well', () => {
  const facts = { flows: 4, 'exchanges:session': 7, 'flows:tls': 1, 'flows:redis': 3, 'flows-kept:redis': 3 };
  const report = reportOf(facts, { decoded: 9 });
  const completeness = completenessOf(report);
  expect(renderCompleteness(completeness)).toBe(
    'completeness unknown: no exchange; 0 gap bytes; kept as sessions: 3 redis; not parsed: 1 tls',
  );
  expect(whyNoExchange(report, completeness)).toBe('no exchange: 4 flows (1 tls); kept as sessions: 3 redis');
});

test('100 % is said only of what is whole', () => {
  const nearly = reportOf({ 'exchanges:paired': 99_999, 'exchanges:request-only': 1 });
  expect(renderCompleteness(completenessOf(nearly))).toMatch(/^completeness 99\.99 %:/);
  expect(renderCompleteness(completenessOf(reportOf({ 'exchanges:paired': 1 })))).toMatch(
    /^completeness 100 %: 1 of 1 exchange whole/,
  );
});

test('names from the wire cannot steer the terminal, and many of them are cut', () => {
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`flows:p${n}\x1b`, 12 - n]));
  const line = renderCompleteness(completenessOf(reportOf(many)));
  expect(line).toContain('completeness unknown: no exchange');
  expect(line).toContain('12 p0\\x1b');
  expect(line).toMatch(/10 others$/);
});

test('why nothing came out', () => {
  const why = (facts: Readonly<Record<string, number>>, packets: Readonly<Record<string, number>>) => {
    const report = reportOf(facts, packets);
    return whyNoExchange(report, completenessOf(report));
  };
  expect(why({ flows: 41, 'flows:tls': 41 }, { decoded: 500 })).toBe('no exchange: 41 flows, all tls');
  expect(why({ flows: 3, 'flows:tls': 2, 'flows:empty': 1 }, { decoded: 9 })).toBe(
    'no exchange: 3 flows (2 tls, 1 empty)',
  );
  expect(why({}, { 'not-tcp:udp': 7 })).toBe('no exchange: no flow in 7 packets, all not-tcp:udp');
  expect(why({}, {})).toBe('no exchange: no packet');
  expect(why({}, { decoded: 2, 'not-ip': 1 })).toContain('of the TCP packets none began a flow');
});
