import { expect, test } from 'vitest';
import { conversation } from '../../../support/packets/index.ts';
import { assemble } from './assembled.ts';
import { SCENARIOS } from './scenarios.ts';

test.each(SCENARIOS)('$name', ({ packets, lines, facts }) => {
  const assembled = assemble(packets(conversation));
  expect(assembled.lines).toEqual(lines);
  const { flows, ...others } = assembled.ledger.facts;
  expect([flows, others]).toEqual([lines.filter((line) => line === 'open').length, facts ?? {}]);
});
