import { describe, expect, test } from 'vitest';
import { removeJson, setJson } from '../../../../../emitter/rules/json/edit-json.ts';
import { locateJson } from '../../../../../emitter/rules/json/locate-json.ts';
import { type JsonStep, jsonPathProblem, parseJsonPath } from '../../../../../parser/json/json-path.ts';

const path = (text: string) => parseJsonPath(text) as readonly JsonStep[];
const octets = (text: string) => Buffer.from(text).toString('latin1');
const set = (text: string, at: string, json: string) => {
  const { text: edited, problem } = setJson(octets(text), path(at), octets(json));
  return edited === undefined ? problem : Buffer.from(edited, 'latin1').toString();
};
const remove = (text: string, at: string) => {
  const { text: edited, problem } = removeJson(octets(text), path(at));
  return edited === undefined ? problem : Buffer.from(edited, 'latin1').toString();
};

test.each([
  ['a', ['a']],
  ['a.b', ['a', 'b']],
  ['a[0].b', ['a', 0, 'b']],
  ['[1][2]', [1, 2]],
  ['$', []],
  ['$.a', ['a']],
  ['$[0]', [0]],
  ['$a', ['$a']],
  ['["a.b"].c d', ['a.b', 'c d']],
  ['a.0', ['a', '0']],
])('path %s', (text, steps) => {
  expect(parseJsonPath(text)).toEqual(steps);
});

test.each(['', '.a', 'a..b', 'a.', 'a[', 'a[x]', 'a[-1]', 'a[0]b', 'a."b"', '["\\x"]', '$.'])('no path: %j', (text) => {
  expect(jsonPathProblem(text)).toBeDefined();
});

describe('setting', () => {
  test.each([
    ['a member', '{ "a" : 1 , "b":2}', 'a', '"x"', '{ "a" : "x" , "b":2}'],
    ['all of one name', '{"a":1,"a":{"b":2}}', 'a', '0', '{"a":0,"a":0}'],
    ['an element', '[1, [2,3] ,4]', '[1]', '0', '[1, 0 ,4]'],
    ['every element', '{"l":[{"a":1},{"b":1},{"a":2}]}', 'l[*].a', '9', '{"l":[{"a":9},{"b":1},{"a":9}]}'],
    ['the whole', ' [1] ', '$', '{}', ' {} '],
    ['a name beyond ASCII', '{"é":1}', 'é', '"ü"', '{"é":"ü"}'],
    ['a name with escapes', '{"\\u0061\\"":1}', '["a\\""]', '2', '{"\\u0061\\"":2}'],
    ['a name that ends in a backslash', '{"a\\\\":1,"b":"\\\\"}', 'b', '2', '{"a\\\\":1,"b":2}'],
    ['behind a byte order mark', '\ufeff{"a":1}', 'a', '2', '\ufeff{"a":2}'],
    ['brackets in strings', '{"x":"}],{\\"a\\":1","a":1}', 'a', '2', '{"x":"}],{\\"a\\":1","a":2}'],
  ])('%s', (_, text, at, json, expected) => {
    expect(set(text, at, json)).toBe(expected);
  });

  test.each(['{"b":1}', '[]', '{}', '1', '{"a":[1]}', '"a"'])('nothing there: %s', (text) => {
    expect(set(text, 'a.b', '1')).toBe('no-such-json-field');
  });

  test.each([
    '',
    '{',
    '{"a":1',
    '{"a" 1}',
    '{a:1}',
    '[1,]',
    '{"a":1,}',
    '[1 2]',
    '01',
    '1 1',
    'nul',
    '{"a":"x}',
    'a=1',
  ])('no JSON: %s', (text) => {
    expect(set(text, 'a', '1')).toBe('not-json');
  });

  test('nesting without end is no JSON', () => {
    expect(locateJson('['.repeat(100_000), ['a'])).toBeUndefined();
    expect(locateJson('[{"a":'.repeat(50_000), ['a'])).toBeUndefined();
    expect(set(`${'['.repeat(400)}${']'.repeat(400)}`, '$', '1')).toBe('1');
  });
});

describe('removing', () => {
  test.each([
    ['the first', '{ "a":1, "b":2 }', 'a', '{ "b":2 }'],
    ['the last', '{ "a":1, "b":2 }', 'b', '{ "a":1 }'],
    ['one between', '{"a":1,"b":2,"c":3}', 'b', '{"a":1,"c":3}'],
    ['the only one', '{ "a":1 }', 'a', '{ }'],
    ['all of one name', '{"a":1,"b":2,"a":3,"a":4}', 'a', '{"b":2}'],
    ['an element', '[1,2,3]', '[2]', '[1,2]'],
    ['every element', '[1, 2]', '[*]', '[]'],
    ['in several places', '[{"a":1,"b":1},{"a":2}]', '[*].a', '[{"b":1},{}]'],
    ['what is not there', '{"a":1}', 'x.y', '{"a":1}'],
    ['from what is no JSON', 'a=1', 'a', 'not-json'],
  ])('%s', (_, text, at, expected) => {
    expect(remove(text, at)).toBe(expected);
  });
});
