import { expect, test } from 'vitest';
import { parseTarget, resolveTarget, TargetGuard } from '../../../emitter/target.ts';
import { RECORDED_FLOW } from '../../support/emitter/recording.ts';

test('a target is host and port', () => {
  expect(parseTarget('http://shop.example:8080')).toEqual({
    hostname: 'shop.example',
    port: 8080,
    authority: 'shop.example:8080',
  });
  expect(parseTarget('http://shop.example/')).toEqual({
    hostname: 'shop.example',
    port: 80,
    authority: 'shop.example',
  });
  expect(parseTarget('http://[::1]:81')).toEqual({ hostname: '::1', port: 81, authority: '[::1]:81' });
});

test.each(['shop:80', 'https://shop', 'http://shop/path', 'http://shop/?q', 'http://user@shop', 'ftp://shop', ''])(
  '%s is refused with what to do',
  (url) => {
    expect(() => parseTarget(url)).toThrow(expect.objectContaining({ code: 'REPLAY_TARGET_INVALID', exitCode: 2 }));
  },
);

async function refuses(url: string, server: string, port: number, host = ''): Promise<boolean> {
  const target = parseTarget(url);
  const guard = new TargetGuard(target, await resolveTarget(target));
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
  expect(await refuses('http://192.0.2.1:80', '::ffff:192.0.2.1', 80)).toBe(true);
  expect(await refuses('http://127.0.0.1:80', '::1', 80)).toBe(true);
  expect(await refuses('http://0.0.0.0:80', '127.0.0.2', 80)).toBe(true);
  expect(await refuses('http://192.0.2.1:81', '192.0.2.1', 80)).toBe(false);
  expect(await refuses('http://192.0.2.2:80', '192.0.2.1', 80)).toBe(false);
});

test('the recorded name is refused, though the recorded address was another', async () => {
  expect(await refuses('http://192.0.2.9:8080', '10.0.0.1', 80, '192.0.2.9:8080')).toBe(true);
  expect(await refuses('http://192.0.2.9', '10.0.0.1', 8080, '192.0.2.9')).toBe(true);
  expect(await refuses('http://192.0.2.9:8080', '10.0.0.1', 80, '192.0.2.9')).toBe(false);
});
