import { expect, test } from 'vitest';
import { quickSource } from '../../../../../emitter/rules/pattern/quick-expression.ts';

test.each([
  '^/api/v1/items/(\\d+)/(.*)$',
  '^/items/\\d+$',
  '/(items|goods)/(\\d+)',
  '^(/[a-z]+)/([^/]*)/x',
  '^/api/?$',
  'items',
  '/items/',
])('%s needs no automaton', (source) => {
  expect(quickSource(source)).toBeDefined();
});

test.each([
  ['a repeat in a repeat', '^(a+)+$'],
  ['a choice in a repeat', '^(a|b)*c'],
  ['two repeats of one thing', '^a*a*b'],
  ['two repeats of one thing, one between that may be missing', '^a*b?a*c'],
  ['a repeat before what it holds', '^.*/x'],
  ['a search that begins with a repeat', '\\d+x'],
  ['a search whose repeat passes its beginning', '/.*x'],
  ['a choice with one the beginning of another', '^(a|ab)c'],
  ['a count', '^a{2,5}b'],
  ['a flag', '(?i)^abc'],
  ['a lazy repeat', '^a+?b'],
  ['a class of Unicode', '^\\pL+'],
  ['letters beyond ASCII', '^é'],
  ['blanks, which JavaScript has more of', '^\\s+'],
  ['a repeated group', '^(ab)+c'],
  ['a group not closed', '^(ab'],
  ['no beginning', '$'],
])('%s is left to the automaton', (_, source) => {
  expect(quickSource(source)).toBeUndefined();
});
