/** One flow seen at two places of one capture, and flows that only look like it. */
import { expect, test } from 'vitest';
import { type Flow, flowIdFromHandshake } from '../../../../core/index.ts';
import { type ConversationOptions, conversation, type Trace } from '../../../support/packets/index.ts';
import { assemble } from './assembled.ts';

const ID = flowIdFromHandshake(1000, 5000, 40_000);
const START = 1_700_000_000_000_000;

function seen(at: Partial<ConversationOptions> = {}): Trace {
  return conversation({ stepMicros: 100, ...at })
    .handshake()
    .client('q')
    .server('a')
    .close()
    .trace();
}

function flowsOf(trace: Trace): { readonly flows: readonly Flow[]; readonly secondVantages: number } {
  const { chunks, client, fact } = assemble(trace);
  const flows = chunks.flatMap((chunk) => (chunk.kind === 'open' ? [chunk.flow] : []));
  expect(client).toBe('q'.repeat(flows.length));
  return { flows, secondVantages: fact('flows-second-vantage') };
}

/** The same steps closer together around the same middle, as they are seen nearer to the callee. */
const nearer: Partial<ConversationOptions> = { startAt: START + 5, stepMicros: 90 };

test('before and behind address translation: one id, two flows', () => {
  const { flows, secondVantages } = flowsOf(
    seen().mergedWith(seen({ ...nearer, client: '192.0.2.7:40000', server: '10.0.0.9:8080' })),
  );
  expect(flows.map(({ id, client }) => [id, client.address])).toEqual([
    [ID, '192.0.2.7'],
    [ID, '10.0.0.1'],
  ]);
  expect(flows.map(({ vantage }) => vantage)).toEqual(['unknown', 'caller']);
  expect(secondVantages).toBe(1);
});

test('outside and inside of a tunnel: one id, two flows', () => {
  for (const [outer, inner] of [
    [[], [7]],
    [[5], [5, 7]],
  ]) {
    const { flows, secondVantages } = flowsOf(
      seen({ vlans: outer ?? [] }).mergedWith(seen({ ...nearer, vlans: inner ?? [] })),
    );
    expect(flows.map(({ id }) => id)).toEqual([ID, ID]);
    expect(new Set(flows.map(({ network }) => network)).size).toBe(2);
    expect(secondVantages).toBe(1);
  }
});

test('a tunnel whose copies come one behind the other, both ways', () => {
  const { flows } = flowsOf(seen().mergedWith(seen({ startAt: START + 3, vlans: [7] })));
  expect(flows.map(({ id }) => id)).toEqual([ID, ID]);
});

test('the same numbers in two networks side by side never mix', () => {
  const { flows, secondVantages } = flowsOf(seen({ vlans: [1] }).mergedWith(seen({ ...nearer, vlans: [2] })));
  expect(new Set(flows.map(({ id }) => id)).size).toBe(2);
  expect(flows.filter(({ id }) => id === ID)).toHaveLength(1);
  expect(secondVantages).toBe(0);
});

test('a network whose name begins like another is not inside of it', () => {
  const { flows } = flowsOf(seen({ vlans: [1] }).mergedWith(seen({ ...nearer, vlans: [12] })));
  expect(new Set(flows.map(({ id }) => id)).size).toBe(2);
});

test('a copy that sees the SYN and its answer later is of another network', () => {
  const { flows } = flowsOf(seen().mergedWith(seen({ startAt: START + 50_000, vlans: [42] })));
  expect(new Set(flows.map(({ id }) => id)).size).toBe(2);
});

test('the same numbers at another time are another flow', () => {
  const { flows } = flowsOf(seen().mergedWith(seen({ client: '10.0.0.3:40000', startAt: START + 11_000_000 })));
  expect(new Set(flows.map(({ id }) => id)).size).toBe(2);
});

test('an id is free again when its flow is forgotten', () => {
  const later = seen({ client: '10.0.0.3:40000', startAt: START + 60_000_000 });
  const { flows, secondVantages } = flowsOf(seen().followedBy(later));
  expect([flows.map(({ id }) => id), secondVantages]).toEqual([[ID, ID], 0]);
});

test('a flow of one address with itself is seen at both ends', () => {
  const { flows } = flowsOf(seen({ client: '127.0.0.1:40000', server: '127.0.0.1:80' }));
  expect(flows.map(({ vantage }) => vantage)).toEqual(['both']);
});
