import { expect, test } from 'vitest';
import { checkMirrorOptions, checkReplayOptions } from '../../../emitter/options.ts';

const LEAST = { target: 'http://127.0.0.1:1', runId: 'r' };

test('what is left out has its default', () => {
  expect(checkReplayOptions(LEAST)).toMatchObject({
    timing: { kind: 'recorded', speed: 1 },
    times: 1,
    writes: 'undecided',
    allowTarget: false,
    host: 'recorded',
    maxConnections: 128,
  });
  expect(checkMirrorOptions(LEAST)).toMatchObject({ samplePercent: 100, times: 1 });
});

test.each([
  ['unknown keys', { speed: 2 }],
  ['a rate of nothing', { timing: { kind: 'rate', perSecond: 0 } }],
  ['no copies', { times: 0 }],
  ['a header that would smuggle another', { setHeaders: [['X-A', 'b\r\nX-C: d']] }],
  ['a header name that is none', { removeHeaders: ['x y'] }],
  ['an empty run id', { runId: '' }],
])('%s are refused', (_what, wrong) => {
  const options = { ...LEAST, ...wrong } as Parameters<typeof checkReplayOptions>[0];
  expect(() => checkReplayOptions(options)).toThrow(
    expect.objectContaining({ code: 'REPLAY_OPTIONS_INVALID', exitCode: 2 }),
  );
});
