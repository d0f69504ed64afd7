import { expect, test } from 'vitest';
import { IN_TURN, InFlight, NO_ANSWER } from '../../../../emitter/connection/in-flight.ts';
import { plannedSend } from '../../../support/emitter/planned-send.ts';

const sends = [0, 1, 2, 3].map((index) => plannedSend({ index }));
const [a, b, c, d] = sends as [(typeof sends)[0], (typeof sends)[0], (typeof sends)[0], (typeof sends)[0]];

test('answers in turn take the oldest', () => {
  const flight = new InFlight(4);
  for (const send of sends) flight.add(send, IN_TURN);
  expect(flight.oldest).toBe(a);
  expect([flight.remove(0), flight.remove(0)]).toEqual([a, b]);
  expect(flight.oldest).toBe(c);
  expect(flight.count).toBe(2);
});

test('answers by id take theirs, and the others keep their order', () => {
  const flight = new InFlight(4);
  flight.add(a, 7);
  flight.add(b, NO_ANSWER);
  flight.add(c, 9);
  flight.add(d, IN_TURN);
  expect(flight.remove(flight.placeOfId(9))).toBe(c);
  expect(flight.placeOfId(9)).toBe(-1);
  expect(flight.placeOfId(IN_TURN)).toBe(2);
  expect(flight.idAt(flight.placeOf(d))).toBe(IN_TURN);
  expect(flight.remove(flight.placeOf(b))).toBe(b);
  expect(flight.drain()).toEqual([a, d]);
  expect(flight.count).toBe(0);
  expect(flight.oldest).toBeUndefined();
});
