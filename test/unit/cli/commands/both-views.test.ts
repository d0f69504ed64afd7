/** Calls that were captured at both ends, as commands that send or write them see them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import type { Context } from '../../../../cli/context.ts';
import { createProgram } from '../../../../cli/program.ts';
import type { Exchange } from '../../../../core/index.ts';
import { openStore } from '../../../../store/index.ts';
import { NOON_MICROS } from '../../../support/exchanges/index.ts';
import { emptyFolder, numbered, SECOND } from '../../../support/store/index.ts';

const CALLS = 30;

async function storeOfBothViews(): Promise<string> {
  const path = join(await emptyFolder(), 'store');
  const { store } = await openStore({ path });
  const callers = Array.from({ length: CALLS }, (_, n) => numbered(n, n * 1000));
  const callees = callers.map((one): Exchange => ({ ...one, id: { ...one.id, at: one.id.at + 300 } }));
  await store.append([...callers, ...callees]);
  await store.close();
  return path;
}

/** @returns what was said on standard error */
async function run(command: string, args: readonly string[]): Promise<string> {
  let said = '';
  const sink = (write: (text: string) => void) =>
    new Writable({
      decodeStrings: false,
      write(text, _encoding, written) {
        write(String(text));
        written();
      },
    });
  const context = {
    stdout: sink(() => {}),
    stderr: sink((text) => {
      said += text;
    }),
    environment: {},
    clock: { now: () => NOON_MICROS + SECOND },
    interrupted: new AbortController().signal,
    exitCode: 0,
  } as unknown as Context;
  const program = await createProgram(context, command);
  await program.parseAsync(['node', 'bytecopy', command, ...args]);
  return said;
}

test('an export wrote a call that was captured at both ends twice', async () => {
  const store = await storeOfBothViews();
  const file = join(store, '..', 'calls.jsonl');
  const lines = async () => (await readFile(file, 'utf8')).trim().split('\n').length;
  await run('export', ['', '--store', store, '-o', file]);
  expect(await lines()).toBe(CALLS);
  await run('export', ['', '--store', store, '-o', file, '--both-views']);
  expect(await lines()).toBe(2 * CALLS);
});

test('a replay announced and sent a call that was captured at both ends twice', async () => {
  const store = await storeOfBothViews();
  const flags = ['--store', store, '--to', 'http://127.0.0.1:9', '--read-only', '--without-secrets', '--dry-run'];
  expect(await run('replay', flags)).toContain(`replaying ${CALLS} sends`);
  expect(await run('replay', [...flags, '--times', '3'])).toContain(`replaying ${3 * CALLS} sends`);
});
