import { expect, test } from 'vitest';
import { Ledger, type ReplayResult } from '../../../core/index.ts';
import { Replayer } from '../../../emitter/index.ts';
import { rehearse } from '../../../emitter/rehearsal.ts';
import { recording } from '../../support/emitter/recording.ts';
import { reportOf } from '../../support/emitter/report-of.ts';
import { answer, serve } from '../../support/emitter/script-server.ts';
import { SYSTEM_CLOCK } from '../../support/emitter/system-clock.ts';

test('a fast plan is rehearsed, and nothing of that is seen by its target, its results or its ledger', async () => {
  const server = await serve(({ socket }) => socket.write(answer(200)));
  const results: ReplayResult[] = [];
  const ledger = new Ledger();
  try {
    const timing = { kind: 'rate' as const, perSecond: 5_000 };
    const replayer = new Replayer(
      { target: server.url, runId: 'run', timing },
      { clock: SYSTEM_CLOCK, ledger, onResult: (result) => results.push(result) },
    );
    const exchanges = recording({ count: 500 });
    async function* page() {
      yield await Promise.resolve(exchanges);
    }
    const report = await reportOf(replayer.run(page()));
    expect(report).toMatchObject({ due: 500, answered: 500 });
    expect(server.heads).toHaveLength(500);
    expect(results).toHaveLength(500);
    expect(ledger.account('sends', 'answered').report()).toMatchObject({ in: 500, held: 0 });
  } finally {
    await server.close();
  }
});

test('a rehearsal that fails is none, and leaves nothing listening', async () => {
  const targets: string[] = [];
  await rehearse((target) => {
    targets.push(target);
    return Promise.reject(new Error('no route'));
  });
  expect(targets).toHaveLength(1);
  await expect(fetch(targets[0] ?? '')).rejects.toThrow();
});
