import { Command } from 'commander';
import { expect, test } from 'vitest';
import type { Config } from '../../../../cli/config/config.ts';
import type { Context } from '../../../../cli/context.ts';
import { addMirrorOptions, type MirrorFlags, startMirrors } from '../../../../cli/options/mirror.ts';
import { Ledger, parseQuery } from '../../../../core/index.ts';

const USAGE = expect.objectContaining({ code: 'USAGE', exitCode: 2, hint: expect.any(String) });

function flags(line: string): MirrorFlags {
  const command = addMirrorOptions(new Command('mirror').exitOverride());
  command.parse(line.split(' '), { from: 'user' });
  return command.opts<MirrorFlags>();
}

test('targets, amounts and the delay', () => {
  const line = '--to http://a:1 --copy-to http://b:2 --copy-to tcp://c:3 --sample 10% --times 2.5 --qps 50 --delay 0ms';
  expect(flags(line)).toEqual({
    to: [{ to: 'http://a:1', weight: 1 }],
    copyTo: ['http://b:2', 'tcp://c:3'],
    sample: 10,
    times: 2.5,
    qps: 50,
    delay: 0,
  });
});

test('what cannot be is refused', () => {
  for (const line of ['--delay 61s', '--delay 5', '--times 0', '--times 10001', '--sample 0%']) {
    expect(() => flags(line), line).toThrow(USAGE);
  }
});

test('a mirror cannot choose by bytes of answers, which come behind what it sends', async () => {
  const where = parseQuery('verb:GET OR NOT response.body:x');
  const plan = { where, ledger: new Ledger(), config: {} as Config, onRefused: () => {} };
  await expect(startMirrors(flags('--to http://127.0.0.1:1'), plan, {} as Context)).rejects.toEqual(USAGE);
  // A capture without mirrors keeps whole exchanges.
  expect(await startMirrors({}, plan, {} as Context)).toEqual([]);
});
