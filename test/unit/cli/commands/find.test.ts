/** `find` as its user sees it: what is printed where, on a terminal and in a pipe. */
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import type { Context } from '../../../../cli/context.ts';
import { createProgram } from '../../../../cli/program.ts';
import { type Exchange, formatExchangeId } from '../../../../core/index.ts';
import { openStore } from '../../../../store/index.ts';
import { message, NOON_MICROS } from '../../../support/exchanges/index.ts';
import { emptyFolder, numbered, SECOND } from '../../../support/store/index.ts';

class Printed extends Writable {
  readonly isTTY: boolean;
  text = '';

  constructor(isTTY: boolean) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }

  override _write(text: string, _encoding: string, written: () => void): void {
    this.text += text;
    written();
  }
}

const EXCHANGES = Array.from({ length: 90 }, (_, n) =>
  numbered(n, n * SECOND, {
    status: n % 30 === 0 ? 503 : 200,
    response: message('HTTP/1.1 200 OK\r\nServer: shop\r\n\r\n', n % 9 === 0 ? 'out of stock' : 'in stock'),
  }),
);

async function storeOf(exchanges: readonly Exchange[]): Promise<string> {
  const path = await emptyFolder();
  const { store } = await openStore({ path });
  await store.append(exchanges);
  await store.close();
  return path;
}

async function find(args: readonly string[], terminal = false): Promise<{ out: string[]; said: string }> {
  const [stdout, stderr] = [new Printed(terminal), new Printed(terminal)];
  const context = {
    stdout,
    stderr,
    environment: {},
    clock: { now: () => NOON_MICROS + 90 * SECOND },
    interrupted: new AbortController().signal,
    exitCode: 0,
  } as unknown as Context;
  const program = await createProgram(context, 'find');
  await program.parseAsync(['node', 'bytecopy', 'find', ...args]);
  return { out: stdout.text.split('\n').filter((line) => line !== ''), said: stderr.text };
}

test('a pipe gets everything and nothing is said; a terminal gets a page and what it cost', async () => {
  const store = await storeOf(EXCHANGES);
  const piped = await find(['', '--store', store]);
  expect(piped.out).toHaveLength(1 + 90);
  expect(piped.said).toBe('');
  const shown = await find(['', '--store', store], true);
  expect(shown.out).toHaveLength(1 + 50);
  expect(shown.said).toMatch(/^… more than 50; --limit N shows more\n50 found in \d+ read \(index not used; /);
});

test('conditions on bodies and headers say how many were scanned for them', async () => {
  const store = await storeOf(EXCHANGES);
  const found = await find(
    ['status:503 AND body:"out of stock" AND header.server:shop', '--store', store, '--json'],
    true,
  );
  expect(found.out).toHaveLength(1);
  expect(found.said).toMatch(/^1 found in 3 scanned for headers and bodies \(index used; /);
});

test('times count from now', async () => {
  const store = await storeOf(EXCHANGES);
  expect((await find(['time:>10s', '--count', '--store', store])).out).toEqual(['9']);
  expect((await find(['', '--since', '10s', '--count', '--store', store])).out).toEqual(['10']);
});

test('--count counts, --histogram draws, both as JSON where asked', async () => {
  const store = await storeOf(EXCHANGES);
  expect((await find(['status:503', '--count', '--store', store])).out).toEqual(['3']);
  expect((await find(['status:503', '--count', '--json', '--store', store])).out).toEqual(['{"exchanges":3}']);
  const bars = await find(['body:out', '--histogram', '1m', '--store', store]);
  expect(bars.out).toEqual([
    `2026-11-21T10:00:00Z  7  ${'█'.repeat(40)}`,
    expect.stringMatching(/^2026-11-21T10:01:00Z {2}3 {2}█{17}/),
  ]);
  expect(
    (await find(['', '--histogram', '1m', '--json', '--store', store])).out.map((line) => JSON.parse(line)),
  ).toEqual([
    { from: '2026-11-21T10:00:00.000000Z', exchanges: 60, exact: false },
    { from: '2026-11-21T10:01:00.000000Z', exchanges: 30, exact: false },
  ]);
  expect((await find(['service:nobody', '--histogram', '1m', '--store', store])).said).toBe('nothing found\n');
});

test('--after goes on where a page ended, in both orders', async () => {
  const store = await storeOf(EXCHANGES);
  const after = (n: number) => ['--after', formatExchangeId((EXCHANGES[n] as Exchange).id), '--json', '--store', store];
  const times = (out: readonly string[]) => out.map((line) => (JSON.parse(line) as { path: string }).path);
  const path = (n: number) => (EXCHANGES[n] as Exchange).path;
  expect(times((await find(['', '--limit', '2', ...after(40)])).out)).toEqual([path(41), path(42)]);
  expect(times((await find(['', '--limit', '2', '--newest', ...after(40)])).out)).toEqual([path(39), path(38)]);
});

test('both ends of a call are one line, unless both are asked for', async () => {
  const [one] = EXCHANGES as [Exchange];
  const other = { ...one, id: { ...one.id, at: one.id.at + 40 }, service: 'seen-there' };
  const store = await storeOf([one, other]);
  expect((await find(['', '--json', '--store', store])).out).toHaveLength(1);
  expect((await find(['', '--json', '--both-views', '--store', store])).out).toHaveLength(2);
  expect((await find(['', '--count', '--store', store])).out).toEqual(['1']);
});

test('questions that contradict themselves are refused', async () => {
  const usage = expect.objectContaining({ code: 'USAGE', exitCode: 2 });
  await expect(find(['', '--count', '--histogram', '1m'])).rejects.toEqual(usage);
  await expect(find(['', '--count', '--limit', '3'])).rejects.toEqual(usage);
  await expect(find(['', '--histogram', '0.5ms'])).rejects.toThrow();
  await expect(find(['', '--after', 'x'])).rejects.toEqual(expect.objectContaining({ code: 'EXCHANGE_ID_INVALID' }));
});
