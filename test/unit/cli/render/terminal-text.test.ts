import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeForTerminal } from '../../../../cli/render/index.ts';
import { escapeLinesForTerminal, shorten } from '../../../../cli/render/terminal-text.ts';

test.each([
  ['plain, with é and 灯', 'plain, with é and 灯'],
  ['\x1b[2J', '\\x1b[2J'],
  ['\u009b31m', '\\x9b31m'],
  ['a\r\nb\tc', 'a\\r\\nb\\tc'],
  ['\u202egnp.exe', '\\u{202e}gnp.exe'],
  ['zero\u200bwidth', 'zero\\u{200b}width'],
  ['half \ud800', 'half \\u{d800}'],
])('%j', (text, safe) => {
  expect(escapeForTerminal(text)).toBe(safe);
});

test('nothing that steers a terminal comes through', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeForTerminal(text)).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
      expect(escapeLinesForTerminal(text)).not.toMatch(/[^\P{Cc}\n\t]|[\p{Cf}\u2028\u2029]/u);
    }),
  );
});

test('lines keep their ends and tabs; a lone carriage return does not overwrite a line', () => {
  expect(escapeLinesForTerminal('a\r\n\tb\nsafe\rtrue')).toBe('a\n\tb\nsafe\\rtrue');
});

test('what is too long loses its middle', () => {
  expect(shorten('/items/17', 9)).toBe('/items/17');
  expect(shorten('/items/17/reviews', 9)).toBe('/ite…iews');
});
