/** Sessions keep their order through the command line, however many copies and threads there are. */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect } from 'vitest';
import { run } from '../support/cli/bytecopy.ts';
import { manyClients } from '../support/emitter/many-clients.ts';
import { startOrderWitness } from '../support/emitter/order-witness.ts';
import { describeWith, testWith } from '../support/requirements.ts';

interface Result {
  readonly exchange: string;
  readonly copy: number;
  readonly operation: string;
  readonly outcome: string;
  readonly dueAt: number;
  readonly sentAt: number;
  readonly lastByteAt: number;
}

describeWith(['build'], 'sessions', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-sessions-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function replay(capture: Uint8Array, target: string, ...flags: readonly string[]) {
    const recording = join(folder, 'recording.pcap');
    const results = join(folder, 'results.jsonl');
    await writeFile(recording, capture);
    const args = ['replay', '--to', target, '--file', recording, '--results', results, '--json', ...flags];
    const ended = await run(args);
    const lines: Result[] = [];
    for await (const line of createInterface({ input: createReadStream(results) })) lines.push(JSON.parse(line));
    return { ended, report: JSON.parse(ended.stdout), lines };
  }

  /** Of each client and copy its results in the order of its steps. */
  function bySession(lines: readonly Result[]): Map<string, Result[]> {
    const sessions = new Map<string, Result[]>();
    for (const line of lines) {
      const [, client, step] = line.operation.split('/');
      const key = `${client} ${line.copy}`;
      const session = sessions.get(key) ?? [];
      session[Number(step)] = line;
      sessions.set(key, session);
    }
    return sessions;
  }

  testWith(
    [],
    '1,000 clients, 4 times, 4 workers: each request goes behind the answer before it, and all that was planned goes once',
    async () => {
      const target = await startOrderWitness(8);
      try {
        const capture = manyClients({ clients: 1_000, requests: 10, gapMs: 600 });
        const flags = ['--session', 'flow', '--times', '4', '--workers', '4', '--by', 'copies'];
        const { ended, report, lines } = await replay(capture, target.url, ...flags);
        expect(target.early).toEqual([]);
        expect(ended.stderr).toContain('replaying 40,000 sends');
        expect(ended.stderr).toContain('1,000 sessions');
        expect(report).toMatchObject({ due: 40_000, answered: 40_000, balanced: true, failed: {}, notSent: {} });
        expect(lines).toHaveLength(40_000);
        expect(new Set(lines.map(({ exchange, copy }) => `${exchange} ${copy}`)).size).toBe(40_000);
        expect(target.came.size).toBe(10_000);
        expect(new Set(target.came.values())).toEqual(new Set([4]));
        expect(target.mostAtOnce()).toBeGreaterThan(4);
        const sessions = bySession(lines);
        expect(sessions.size).toBe(4_000);
        for (const session of sessions.values()) {
          expect(session).toHaveLength(10);
          session.reduce((before, result) => {
            expect(result.sentAt).toBeGreaterThanOrEqual(before.lastByteAt);
            expect(result.dueAt).toBeGreaterThan(before.dueAt);
            return result;
          });
        }
      } finally {
        await target.close();
      }
    },
    120_000,
  );

  testWith(
    [],
    'workers send the plan that one sends: the same copies of the same requests at the same times',
    async () => {
      const target = await startOrderWitness(1);
      try {
        const capture = manyClients({ clients: 40, requests: 10, gapMs: 100 });
        const plans: Map<string, number>[] = [];
        for (const workers of ['1', '3']) {
          const { report, lines } = await replay(capture, target.url, '--times', '2.5', '--workers', workers);
          expect(report).toMatchObject({ due: 1_000, balanced: true });
          const start = Math.min(...lines.map(({ dueAt }) => dueAt));
          plans.push(new Map(lines.map(({ exchange, copy, dueAt }) => [`${exchange} ${copy}`, dueAt - start])));
        }
        const [alone, shared] = plans as [Map<string, number>, Map<string, number>];
        expect(alone.size).toBe(1_000);
        expect([...shared.keys()].sort()).toEqual([...alone.keys()].sort());
        // Each thread tells the time of day by its own offset; the plan's gaps are of 800 µs and more.
        for (const [send, dueAt] of shared)
          expect(Math.abs(dueAt - (alone.get(send) as number)), send).toBeLessThan(500);
      } finally {
        await target.close();
      }
    },
  );

  for (const way of ['overlay', 'speed']) {
    testWith([], `multiplied by ${way}, what a client said one after the other stays so`, async () => {
      const target = await startOrderWitness(4);
      try {
        const capture = manyClients({ clients: 300, requests: 12, gapMs: 500 });
        const flags = ['--session', 'flow', '--times', '3', '--by', way, '--workers', '3'];
        const { report, lines } = await replay(capture, target.url, ...flags);
        expect(report).toMatchObject({ due: 3_600, answered: 3_600, balanced: true });
        expect(new Set(lines.map(({ exchange }) => exchange)).size).toBe(3_600);
        const sessions = bySession(lines);
        expect(sessions.size).toBe(way === 'overlay' ? 900 : 300);
        for (const session of sessions.values()) {
          session.filter(Boolean).reduce((before, result) => {
            expect(result.sentAt).toBeGreaterThanOrEqual(before.lastByteAt);
            return result;
          });
        }
      } finally {
        await target.close();
      }
    });
  }

  testWith([], 'as fast as possible, sessions still wait for their answers', async () => {
    const target = await startOrderWitness(4);
    try {
      const capture = manyClients({ clients: 200, requests: 10, gapMs: 100 });
      const flags = ['--session', 'client', '--qps', 'max', '--times', '3', '--workers', '2'];
      const { report, lines } = await replay(capture, target.url, ...flags);
      expect(target.early).toEqual([]);
      expect(report).toMatchObject({ due: 6_000, answered: 6_000, balanced: true });
      expect(lines).toHaveLength(6_000);
    } finally {
      await target.close();
    }
  });
});
