import { expect, test } from 'vitest';
import { requireSomething, requireWord } from '../../../../cli/replay/decisions.ts';
import { steady } from './planned.ts';

const POSTS = [{ operation: 'POST /cart', count: 5 }];

test('writes need a word before anything is sent; either word will do', () => {
  const found = steady(10, 1, { writes: POSTS });
  const undecided = expect.objectContaining({
    code: 'REPLAY_WRITES_UNDECIDED',
    exitCode: 2,
    message: expect.stringContaining('5 × POST /cart'),
    hint: expect.stringContaining('--read-only'),
  });
  expect(() => requireWord(found, { writes: 'undecided' })).toThrow(undecided);
  expect(() => requireWord(found, { writes: 'allow' })).not.toThrow();
  expect(() => requireWord(found, { writes: 'skip' })).not.toThrow();
});

test('only the most frequent of many writes are named', () => {
  const writes = Array.from({ length: 7 }, (_, n) => ({ operation: `POST /${n}`, count: 7 - n }));
  const refused = () => requireWord(steady(10, 1, { writes }), { writes: 'undecided' });
  expect(refused).toThrow('7 × POST /0, 6 × POST /1, 5 × POST /2, 4 × POST /3, 3 × POST /4 and 2 operations more');
});

test('an empty selection is told from one of which nothing can be sent', () => {
  const empty = (message: RegExp) =>
    expect.objectContaining({ code: 'REPLAY_EMPTY', exitCode: 1, message: expect.stringMatching(message) });
  expect(() => requireSomething(steady(0, 0))).toThrow(empty(/no exchange/));
  const others = steady(0, 0, { exchanges: 17, leftBehind: { 'not-supported': 12, incomplete: 5 } });
  expect(() => requireSomething(others)).toThrow(empty(/17 exchanges .*12 not-supported, 5 incomplete/));
});

test('where all of it writes, the hint is the word that lets it go', () => {
  const found = steady(0, 0, { exchanges: 5, leftBehind: { 'write-not-allowed': 5 }, writes: POSTS });
  expect(() => requireSomething(found)).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('--allow-writes') }),
  );
});

test('operations from the wire cannot steer the terminal', () => {
  const found = steady(10, 1, { writes: [{ operation: 'POST /\x9b31m', count: 1 }] });
  expect(() => requireWord(found, { writes: 'undecided' })).toThrow('1 × POST /\\x9b31m');
});
