import { expect, test } from 'vitest';
import { HeldSegments, type NewBytes } from '../../../../collector/reassembly/held-segments.ts';
import type { OverlapPolicy } from '../../../../collector/reassembly/overlap-policy.ts';

const NOTHING = Number.NEGATIVE_INFINITY;

/** Adds text at its position and shows what is held as `position:text`, `position?count` for cut bytes. */
function hold(...added: readonly (readonly [position: number, text: string | number, needs?: number])[]) {
  return holdBy('first', ...added);
}

function holdBy(
  policy: OverlapPolicy,
  ...added: readonly (readonly [position: number, text: string | number, needs?: number])[]
) {
  const held = new HeldSegments();
  const counts: [duplicate: number, conflicting: number][] = [];
  for (const [position, text, needs] of added) {
    held.add(bytesAt(position, text, needs), policy);
    counts.push([held.duplicateBytes, held.conflictingBytes]);
  }
  return { held, counts };
}

function bytesAt(position: number, text: string | number, needs = NOTHING): NewBytes {
  const data = typeof text === 'string' ? Buffer.from(`..${text}`) : undefined;
  const byteCount = typeof text === 'string' ? text.length : text;
  return { position, byteCount, data, start: 2, needs, at: 0, sentFrom: position, sentTo: position + byteCount };
}

function drained(held: HeldSegments): readonly string[] {
  const shown: string[] = [];
  for (let one = held.shift(); one !== undefined; one = held.shift()) {
    const { position, end, bytes } = one;
    shown.push(bytes === undefined ? `${position}?${end - position}` : `${position}:${Buffer.from(bytes).toString()}`);
  }
  return shown;
}

test('segments come out in stream order, whatever the order in which they came', () => {
  expect(drained(hold([8, 'ij'], [2, 'cd'], [5, 'fg']).held)).toEqual(['2:cd', '5:fg', '8:ij']);
});

test('a segment over several others adds what is between them', () => {
  const { held, counts } = hold([2, 'cd'], [6, 'gh'], [0, 'abXdefghij']);
  expect(counts.at(-1)).toEqual([3, 1]);
  expect(held.byteCount).toBe(10);
  expect(drained(held)).toEqual(['0:ab', '2:cd', '4:ef', '6:gh', '8:ij']);
  expect([held.byteCount, held.cost]).toEqual([0, 0]);
});

test('cut bytes are held as a place without bytes, which a copy with its bytes fills', () => {
  const { held, counts } = hold([0, 'abc'], [3, 5]);
  expect(held.byteCount).toBe(3);
  held.add(bytesAt(4, 'ef'), 'first');
  held.add(bytesAt(3, 4), 'last');
  expect([counts.at(-1), held.byteCount, held.duplicateBytes]).toEqual([[0, 0], 5, 0]);
  expect(drained(held)).toEqual(['0:abc', '3?1', '4:ef', '6?2']);
});

test('coverage ends at the first hole', () => {
  const { held } = hold([0, 'abc'], [3, 'de'], [7, 'h']);
  expect([held.covers(0, 5), held.covers(1, 4), held.covers(0, 6), held.covers(4, 8)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('what is behind the end is forgotten, a segment across it cut', () => {
  const { held } = hold([0, 'abcd'], [6, 'gh'], [9, 3]);
  const dropped: [position: number, byteCount: number][] = [];
  held.truncate(3, (position, byteCount) => dropped.push([position, byteCount]));
  expect([dropped, held.byteCount]).toEqual([
    [
      [6, 2],
      [3, 1],
    ],
    3,
  ]);
  expect(drained(held)).toEqual(['0:abc']);
});

test('a copy that waits for less frees the bytes that it shares', () => {
  const { held } = hold([0, 'abcdef', 90], [2, 'cd', 10]);
  const needs = [];
  for (let one = held.shift(); one !== undefined; one = held.shift()) needs.push([one.position, one.end, one.needs]);
  expect(needs).toEqual([
    [0, 2, 90],
    [2, 4, 10],
    [4, 6, 90],
  ]);
});

test('held bytes are copies', () => {
  const given = bytesAt(0, 'abc');
  const held = new HeldSegments();
  held.add(given, 'first');
  given.data?.fill(0);
  expect(Buffer.from(held.head?.bytes ?? []).toString()).toBe('abc');
});

/** The cases of Novak and Sturges: the held copy is in lower case, the newer one in upper case. */
test.each<readonly [what: string, held: number, newer: number, Record<OverlapPolicy, string>]>([
  ['begins earlier, ends within', 2, 0, { first: 'ABcdef', last: 'ABCDef', bsd: 'ABCDef', linux: 'ABCDef' }],
  ['begins within, ends later', 0, 2, { first: 'abcdEF', last: 'abCDEF', bsd: 'abcdEF', linux: 'abcdEF' }],
  ['is of the same place', 0, 0, { first: 'abcd', last: 'ABCD', bsd: 'abcd', linux: 'abcd' }],
])('the newer segment %s', (_, heldAt, newerAt, expected) => {
  const letters = 'abcdefgh';
  for (const [policy, text] of Object.entries(expected) as [OverlapPolicy, string][]) {
    const first = letters.slice(heldAt, heldAt + 4);
    const { held, counts } = holdBy(
      policy,
      [heldAt, first],
      [newerAt, letters.slice(newerAt, newerAt + 4).toUpperCase()],
    );
    const shown = drained(held).map((one) => one.replace(/^\d+:/, ''));
    expect([policy, shown.join('')]).toEqual([policy, text]);
    expect(counts.at(-1)).toEqual([0, 4 - Math.abs(heldAt - newerAt)]);
  }
});

test('of two that begin together, linux takes the longer one', () => {
  expect(drained(holdBy('linux', [0, 'abc'], [0, 'ABCD']).held)).toEqual(['0:ABC', '3:D']);
  expect(drained(holdBy('bsd', [0, 'abc'], [0, 'ABCD']).held)).toEqual(['0:abc', '3:D']);
});

test('a segment over others is judged by where each of them began, not by what is left of it', () => {
  const { held, counts } = holdBy('bsd', [4, 'efgh'], [0, 'ABCDEF'], [2, 'xxxxxx']);
  expect(drained(held).join(' ')).toBe('0:ABCD 4:EF 6:xx');
  expect(counts).toEqual([
    [0, 0],
    [0, 2],
    [0, 6],
  ]);
});
