import { describe, expect, test } from 'vitest';
import { correlationSchema } from '../../../../emitter/correlation/index.ts';

const messageOf = (given: unknown): string =>
  correlationSchema
    .safeParse(given)
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('; ') ?? '';

test('what is not said has its default', () => {
  expect(correlationSchema.parse([{ name: 'token', learn: { from: 'header:X-Token' } }])).toEqual([
    {
      name: 'token',
      learn: { from: 'header:X-Token', where: {} },
      replace: { in: ['header', 'cookie', 'path', 'query', 'body'], decoded: true, minLength: 6 },
    },
  ]);
});

test('what was checked can be checked again', () => {
  const checked = correlationSchema.parse([
    { name: 'token', learn: { from: 'body:re:a(b)', where: { status: 200 } }, replace: { in: ['body'] } },
  ]);
  expect(correlationSchema.parse(checked)).toEqual(checked);
});

describe('what is refused, with its path and what is allowed', () => {
  test.each([
    ['token', 'a value comes from header:NAME, cookie:NAME, json:PATH, body:re:EXPRESSION or field:PATH (Thrift)'],
    ['header:a b', 'not a name of a header'],
    ['cookie:', 'not a name of a cookie'],
    ['json:', 'a path looks like user.id, items[0].sku or items[*].sku'],
    ['body:token', 'behind body: comes re: and an expression'],
    ['body:re:token', 'the expression needs one group, which is the value'],
    ['body:re:(a)(b)', 'the expression needs one group, which is the value'],
    ['field:x', 'a path of field ids looks like 0.1'],
  ])('%s', (from, message) => {
    expect(messageOf([{ name: 'token', learn: { from } }])).toBe(`0.learn.from: ${message}`);
  });

  test('an expression that is none', () => {
    expect(messageOf([{ name: 'token', learn: { from: 'body:re:(' } }])).toMatch(
      /^0\.learn\.from: not an expression of RE2/,
    );
  });

  test('two of one name, unknown keys, statuses and places', () => {
    const rule = { name: 'token', learn: { from: 'header:a' } };
    expect(messageOf([rule, rule])).toBe('1.name: two are named token');
    expect(messageOf([{ ...rule, on: true }])).toMatch(/Unrecognized key.*on/);
    expect(messageOf([{ ...rule, learn: { from: 'header:a', where: { status: 'ok' } } }])).toBe(
      '0.learn.where.status: a status looks like 200, 2xx or >=500',
    );
    expect(messageOf([{ ...rule, replace: { in: ['cookies'] } }])).toMatch(/^0\.replace\.in\.0: .*"cookie"/);
    expect(messageOf([{ ...rule, replace: { in: [] } }])).toBe('0.replace.in: names nothing');
  });
});
