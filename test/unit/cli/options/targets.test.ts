import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addTargetOptions, parseTargetText, type TargetFlags } from '../../../../cli/options/targets.ts';

const USAGE = expect.objectContaining({ code: 'USAGE', exitCode: 2, hint: expect.any(String) });

function flags(...words: readonly string[]): TargetFlags {
  return addTargetOptions(new Command('replay').exitOverride()).parse(words, { from: 'user' }).opts<TargetFlags>();
}

test('--to several times, with and without a weight', () => {
  expect(flags('--to', 'http://a:1 weight=3', '--to', 'tcp://b:2')).toEqual({
    to: [
      { to: 'http://a:1', weight: 3 },
      { to: 'tcp://b:2', weight: 1 },
    ],
  });
});

test('--copy-to several times, --client-address in lower case', () => {
  expect(flags('--copy-to', 'http://a:1', '--copy-to', 'http://b:1', '--client-address', 'X-Real-IP')).toEqual({
    copyTo: ['http://a:1', 'http://b:1'],
    clientAddress: 'x-real-ip',
  });
});

test.each(['', 'a b', 'a weight=', 'a weight=x', 'a weight=-1', 'a weight=0.0001', 'a weight=1e3', 'a weight=2 more'])(
  '"%s" is no target',
  (text) => {
    expect(() => parseTargetText(text)).toThrow(USAGE);
  },
);

test('a client address goes into a header that there can be', () => {
  expect(() => flags('--client-address', 'x forwarded')).toThrow(USAGE);
});
