import { expect, test } from 'vitest';
import type { ReplayOptions } from '../../../../emitter/options.ts';
import { SendPreviewer } from '../../../../emitter/preview/send-previewer.ts';
import { exchange, message } from '../../../support/exchanges/index.ts';

const ONE = 'http://10.0.0.7:80';
const TWO = 'http://10.0.0.8:80';

function previewer(options: Partial<ReplayOptions>): SendPreviewer {
  return new SendPreviewer({ target: ONE, runId: 'run', writes: 'skip', ...options });
}

const get = (head = '') => exchange({ request: message(`GET /items/7 HTTP/1.1\r\nHost: shop\r\n${head}\r\n`) });
const pool = (name: string, to: string, others = {}) => ({ name, targets: [{ to }], ...others });

test('turns by weight', () => {
  const shown = previewer({ targets: { pools: [{ name: 'a', targets: [{ to: ONE, weight: 3 }, { to: TWO }] }] } });
  const targets = Array.from({ length: 8 }, () => shown.preview(get()).target);
  expect(targets.filter((target) => target === '10.0.0.7:80')).toHaveLength(6);
});

test('the unit of its user, and not who that is', () => {
  const units = {
    user: 'header:X-User',
    hash: 'crc32' as const,
    slots: 1,
    ranges: [{ unit: 'north', from: 0, to: 1 }],
    overrides: { mia: 'south' },
  };
  const pools = [pool('a', ONE, { unit: 'north' }), pool('b', TWO, { unit: 'south' })];
  const shown = previewer({ targets: { pools }, units });
  expect(shown.preview(get('X-User: tom\r\n'))).toMatchObject({ target: '10.0.0.7:80', pool: 'a', unit: 'north' });
  const mia = shown.preview(get('X-User: mia\r\n'));
  expect(mia).toMatchObject({ target: '10.0.0.8:80', unit: 'south', why: 'its user is of this unit, by weight' });
});

test('by its key, and not what that is', () => {
  const balance = { by: 'sticky' as const, key: 'cookie:sid' };
  const shown = previewer({ targets: { pools: [{ name: 'a', targets: [{ to: ONE }, { to: TWO }] }], balance } });
  expect(shown.preview(get('Cookie: sid=secret\r\n')).why).toBe('by its cookie:sid');
  expect(shown.preview(get()).why).toBe('by weight, as it has no cookie:sid');
});

test('what no target takes, and what is not sent at all, say so', () => {
  const drained = [{ name: 'a', targets: [{ to: ONE, weight: 0 }] }];
  expect(previewer({ targets: { pools: drained } }).preview(get())).toMatchObject({
    target: undefined,
    why: 'no-target',
  });
  const post = exchange({
    verb: 'POST',
    request: message('POST /cart HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\n\r\n'),
  });
  expect(previewer({}).preview(post)).toMatchObject({ target: undefined, why: 'write-not-allowed', rules: [] });
});

test('heads as recorded and as sent, bodies never', () => {
  const rules = [
    { name: 'dev', do: { 'set-header': { 'X-Env': 'dev' } } },
    { name: 'others', match: { path: '/none' }, do: { 'set-host': 'none' } },
  ];
  const request = message('GET /items/7 HTTP/1.1\r\nHost: shop\r\nContent-Length: 4\r\n\r\n', 'body');
  const { before, after, rules: named } = previewer({ rules }).preview(exchange({ request }));
  expect(named).toEqual(['dev']);
  expect(before).toBe('GET /items/7 HTTP/1.1\r\nHost: shop\r\nContent-Length: 4\r\n\r\n');
  expect(after).toContain('X-Env: dev\r\n');
  expect(after.endsWith('\r\n\r\n')).toBe(true);
});
