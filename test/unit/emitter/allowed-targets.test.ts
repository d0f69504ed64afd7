import { describe, expect, test } from 'vitest';
import { AllowedTargets } from '../../../emitter/allowed-targets.ts';
import { parseTarget } from '../../../emitter/target.ts';

/** @param addresses what the name resolves to; the host itself where it is an address */
function allows(entries: readonly string[], target: string, ...addresses: readonly string[]): boolean {
  const parsed = parseTarget(target);
  const behind = addresses.length === 0 ? [parsed.hostname] : addresses;
  try {
    new AllowedTargets(entries).check(
      parsed,
      behind.map((address) => ({ address, port: parsed.port })),
    );
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'REPLAY_TARGET_NOT_ALLOWED', exitCode: 2 });
    return false;
  }
}

describe('names', () => {
  test('with * and in any case, whatever is behind them', () => {
    expect(allows(['*.test.example'], 'http://a.TEST.example', '192.0.2.1')).toBe(true);
    expect(allows(['*.test.example'], 'http://a.test.example.', '192.0.2.1')).toBe(true);
    expect(allows(['*.test.example'], 'http://test.example', '192.0.2.1')).toBe(false);
    expect(allows(['*.test.example'], 'http://a.test.example.evil.example', '192.0.2.1')).toBe(false);
  });

  test('a name that begins like an allowed address is none', () => {
    expect(allows(['10.1.*'], 'http://10.1.evil.example', '192.0.2.1')).toBe(false);
  });

  test('an address is judged as one', () => {
    expect(allows(['*.example'], 'http://192.0.2.1')).toBe(false);
    expect(allows(['*'], 'http://192.0.2.1')).toBe(true);
    expect(allows(['*'], 'http://shop.example', '192.0.2.1')).toBe(true);
  });
});

describe('addresses', () => {
  test('exactly, with *, as networks', () => {
    expect(allows(['192.0.2.1'], 'http://192.0.2.1')).toBe(true);
    expect(allows(['192.0.2.1'], 'http://192.0.2.10')).toBe(false);
    expect(allows(['192.0.2.*'], 'tcp://192.0.2.10:90')).toBe(true);
    expect(allows(['10.0.0.0/8'], 'http://10.255.0.1')).toBe(true);
    expect(allows(['10.0.0.0/8'], 'http://11.0.0.1')).toBe(false);
    expect(allows(['10.0.0.0/8'], 'http://[::ffff:10.0.0.1]')).toBe(true);
    expect(allows(['2001:db8::/32'], 'http://[2001:db8:1::1]')).toBe(true);
    expect(allows(['2001:DB8:0::1'], 'http://[2001:db8::1]')).toBe(true);
    expect(allows(['::1'], 'http://[::2]')).toBe(false);
  });

  test('all that a name resolves to', () => {
    expect(allows(['10.0.0.0/8', '::1'], 'http://shop.example', '10.0.0.1', '::1')).toBe(true);
    expect(allows(['10.0.0.0/8'], 'http://shop.example', '10.0.0.1', '192.0.2.1')).toBe(false);
  });
});

test('with a port, only that one', () => {
  expect(allows(['*.example:8080'], 'http://a.example:8080', '192.0.2.1')).toBe(true);
  expect(allows(['*.example:8080'], 'http://a.example', '192.0.2.1')).toBe(false);
  expect(allows(['10.0.0.0/8:8080'], 'http://10.0.0.1:8080')).toBe(true);
  expect(allows(['10.0.0.0/8:8080'], 'http://10.0.0.1:8081')).toBe(false);
  expect(allows(['[2001:db8::/32]:80'], 'http://[2001:db8::1]')).toBe(true);
  expect(allows(['[2001:db8::]/32:80'], 'http://[2001:db8::1]:81')).toBe(false);
  expect(allows(['[::1]:80'], 'http://[::1]')).toBe(true);
});

test('an empty list allows nothing, and the message names the list', () => {
  expect(allows([], 'http://192.0.2.1')).toBe(false);
  expect(() =>
    new AllowedTargets(['a.example', '10.0.0.0/8']).check(parseTarget('http://b.example'), [
      { address: '192.0.2.1', port: 80 },
    ]),
  ).toThrow('the target b.example:80 (192.0.2.1) is not among the allowed ones: a.example, 10.0.0.0/8');
});

test.each([
  '',
  '10.0.0.0/33',
  '2001:db8::/129',
  'shop/8',
  '10.0.0.0/',
  'a b',
  'shop:0',
  'shop:70000',
  '[]:80',
  'user@shop',
])('"%s" is no entry', (entry) => {
  expect(() => new AllowedTargets([entry])).toThrow(
    expect.objectContaining({ code: 'REPLAY_OPTIONS_INVALID', exitCode: 2 }),
  );
});
