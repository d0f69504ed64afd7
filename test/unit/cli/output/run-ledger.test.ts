import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { RunLedger } from '../../../../cli/output/run-ledger.ts';
import { conversation } from '../../../support/packets/index.ts';
import { runThrough } from '../explain/explained.ts';

const NO_CONFIG = { services: [] };
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

const count = z.number().int().nonnegative();
const counts = z.record(z.string(), count);
const account = z.strictObject({
  in: count,
  out: counts,
  aside: z.record(z.string(), counts),
  held: count,
  balanced: z.boolean(),
});
const outcomes = z.strictObject({
  paired: count,
  broken: count,
  oneway: count,
  requestOnly: count,
  responseOnly: count,
  session: count,
  complete: count,
});
const direction = z.strictObject({
  bytes: count,
  inMessages: count,
  gap: counts,
  discarded: counts,
  closed: z.string(),
});
const flowSums = {
  clientToServer: direction,
  serverToClient: direction,
  exchanges: outcomes,
  reasons: counts,
  held: count,
  balanced: z.boolean(),
};
/** The file of `--ledger`, as the README of the command line describes it. */
const ledgerFile = z.strictObject({
  accounts: z.record(z.string(), account),
  facts: counts,
  balanced: z.boolean(),
  completeness: z.strictObject({
    ratio: z.number().min(0).max(1).nullable(),
    exchanges: count,
    complete: count,
    lone: count,
    broken: count,
    sessions: count,
    replayedMessages: count,
    gapBytes: count,
    kernelDrops: count.nullable(),
    interfaceDrops: count.nullable(),
    shedPackets: count,
    kept: counts,
    notParsed: counts,
  }),
  flows: z.array(
    z.strictObject({
      id: z.string().regex(/^[0-9a-f]{16}$/),
      client: z.string(),
      server: z.string(),
      network: z.string(),
      vantage: z.enum(['unknown', 'caller', 'callee', 'both']),
      protocol: z.string().min(1),
      endsExchanged: z.boolean(),
      startedAt: z.iso.datetime(),
      lastAt: z.iso.datetime(),
      ...flowSums,
    }),
  ),
  otherFlows: z.strictObject({ flows: count, ...flowSums }),
  secondsPerRow: z.number().int().positive(),
  seconds: z.array(
    z.strictObject({
      at: z.iso.datetime(),
      packets: count,
      decoded: count,
      fragments: count,
      ignored: counts,
      streamBytes: count,
      gapBytes: count,
      exchanges: outcomes,
    }),
  ),
});

const lossy = () =>
  conversation().handshake().client('GET /a HTTP/1.1\r\n\r\n').server(OK).client('GET /b HTTP/1.1\r\n\r\n').close();

test('the file of --ledger has the shape that is described', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bytecopy-ledger-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'ledger.json');
  const run = new RunLedger({ ledger: path }, NO_CONFIG);
  await runThrough(lossy().packets, run);
  await run.writeFile();
  const document = ledgerFile.parse(JSON.parse(await readFile(path, 'utf8')));
  expect(document.flows.length).toBe(1);
  expect(document.completeness).toMatchObject({ ratio: 0.5, lone: 1 });
});

test('without a file nobody looks on', () => {
  expect(new RunLedger({}, NO_CONFIG).witness).toBeUndefined();
});

test('a completeness that was not reached says by how much, and what is missing', async () => {
  const run = new RunLedger({ requireCompleteness: 99.9 }, NO_CONFIG);
  await runThrough(lossy().packets, run);
  expect(() => run.requireCompleteness()).toThrow(
    expect.objectContaining({
      exitCode: 3,
      code: 'COMPLETENESS_NOT_REACHED',
      message: expect.stringContaining('99.9 % is required and 50 % was reached: 1 lone and 0 broken of 2 exchanges'),
      hint: expect.stringContaining('lone: 1 closed-before-response'),
    }),
  );
});

test('no exchange at all reaches no completeness, and says what was there instead', async () => {
  const run = new RunLedger({ requireCompleteness: 1 }, NO_CONFIG);
  await runThrough(
    conversation().handshake().client(Buffer.from('16030100a5010000a10303', 'hex')).close().packets,
    run,
  );
  expect(() => run.requireCompleteness()).toThrow(/1 % is required, and there was no exchange: 1 flow, all tls/);
});

test('the config asks where no flag does', async () => {
  const config = { services: [], requireCompleteness: 100 };
  const run = new RunLedger({}, config);
  const lenient = new RunLedger({ requireCompleteness: 50 }, config);
  for (const each of [run, lenient]) await runThrough(lossy().packets, each);
  expect(() => run.requireCompleteness()).toThrow();
  expect(() => lenient.requireCompleteness()).not.toThrow();
});
