import { describe, expect, test } from 'vitest';
import { parseTarget, resolveTarget, TargetGuard } from '../../../emitter/target.ts';
import { RECORDED_FLOW } from '../../support/emitter/recording.ts';

describe('parseTarget', () => {
  test('host and port, plain or over TLS', () => {
    expect(parseTarget('http://shop.example:8080')).toEqual({
      hostname: 'shop.example',
      port: 8080,
      authority: 'shop.example:8080',
      secure: false,
    });
    expect(parseTarget('https://Shop.example/')).toEqual({
      hostname: 'shop.example',
      port: 443,
      authority: 'shop.example',
      secure: true,
    });
    expect(parseTarget('http://[::1]:81')).toMatchObject({ hostname: '::1', port: 81, authority: '[::1]:81' });
  });

  test.each([
    ['http://shop', 80, false],
    ['http://shop:443', 443, false],
    ['https://shop:80', 80, true],
    ['tcp://shop:9090', 9090, false],
    ['TCP://shop:80', 80, false],
    ['thrift://shop:443', 443, false],
    ['tls://shop:9090', 9090, true],
    ['shop:9090', 9090, false],
    ['192.0.2.1:80', 80, false],
    ['[2001:db8::1]:9090', 9090, false],
  ])('%s', (text, port, secure) => {
    expect(parseTarget(text)).toMatchObject({ port, secure });
  });

  test('the authority leaves out the port that is HTTP’s own, and no other', () => {
    expect(parseTarget('https://shop:443').authority).toBe('shop');
    expect(parseTarget('https://shop:80').authority).toBe('shop:80');
    expect(parseTarget('http://shop:443').authority).toBe('shop:443');
  });

  test.each([
    'shop',
    'tcp://shop',
    'tls://shop',
    'http://shop/path',
    'http://shop/?q',
    'http://shop?q',
    'http://user@shop',
    'ftp://shop',
    'http://',
    'http://shop:0',
    'http://shop:70000',
    'http://sh op:80',
    '::1:80',
    '',
  ])('"%s" is refused with what to do', (text) => {
    expect(() => parseTarget(text)).toThrow(
      expect.objectContaining({ code: 'REPLAY_TARGET_INVALID', exitCode: 2, hint: expect.stringMatching(/./) }),
    );
  });
});

async function refuses(target: string, server: string, port: number, host = ''): Promise<boolean> {
  const parsed = parseTarget(target);
  const guard = new TargetGuard(parsed, await resolveTarget(parsed));
  try {
    guard.check({ ...RECORDED_FLOW, server: { address: server, port } }, host);
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'REPLAY_TARGET_IS_RECORDED' });
    return true;
  }
}

test('the recorded address is refused in all its forms, another port is not', async () => {
  expect(await refuses('http://192.0.2.1:80', '192.0.2.1', 80)).toBe(true);
  expect(await refuses('tls://192.0.2.1:80', '192.0.2.1', 80)).toBe(true);
  expect(await refuses('http://192.0.2.1:80', '::ffff:192.0.2.1', 80)).toBe(true);
  expect(await refuses('http://127.0.0.1:80', '::1', 80)).toBe(true);
  expect(await refuses('http://0.0.0.0:80', '127.0.0.2', 80)).toBe(true);
  expect(await refuses('http://192.0.2.1:81', '192.0.2.1', 80)).toBe(false);
  expect(await refuses('http://192.0.2.2:80', '192.0.2.1', 80)).toBe(false);
});

test('the recorded name is refused, though the recorded address was another', async () => {
  expect(await refuses('http://192.0.2.9:8080', '10.0.0.1', 80, '192.0.2.9:8080')).toBe(true);
  expect(await refuses('http://192.0.2.9', '10.0.0.1', 8080, '192.0.2.9')).toBe(true);
  expect(await refuses('https://192.0.2.9', '10.0.0.1', 8080, '192.0.2.9')).toBe(true);
  expect(await refuses('http://[2001:db8::9]:81', '10.0.0.1', 8080, '[2001:db8::9]:81')).toBe(true);
  expect(await refuses('http://localhost:81', '10.0.0.1', 8080, 'LOCALHOST.:81')).toBe(true);
  expect(await refuses('http://192.0.2.9:8080', '10.0.0.1', 80, '192.0.2.9')).toBe(false);
});

test('a name that does not resolve ends before anything is sent', async () => {
  await expect(resolveTarget(parseTarget('http://nowhere.invalid'))).rejects.toMatchObject({
    code: 'REPLAY_TARGET_UNKNOWN',
    exitCode: 1,
  });
});
