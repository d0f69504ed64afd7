/** Workers of a replay that stop or fail before all of them are ready: the run ends, whoever it was. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { replayShared } from '../../cli/replay/workers/replay-shared.ts';
import type { ReplayOptions } from '../../emitter/index.ts';
import { RECORDED_AT, recording } from '../support/emitter/recording.ts';
import { testWith } from '../support/requirements.ts';
import { emptyFolder, opened } from '../support/store/index.ts';

/** Three workers that share ten sends. */
async function shared(changes: Partial<ReplayOptions> = {}) {
  const storePath = await emptyFolder();
  const { store } = await opened(storePath);
  await store.append(recording({ count: 10 }));
  await store.flush();
  const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const span = { firstAt: RECORDED_AT, lastAt: RECORDED_AT + 9_000 };
  const options = { target: `http://127.0.0.1:${port}`, runId: 'r', ...changes };
  return replayShared({
    options,
    workers: 3,
    recording: { store, selection: {}, span },
    place: storePath,
    keys: undefined,
    answers: undefined,
  });
}

testWith(['build'], 'a worker that fails before all are ready ends those that are still preparing', async () => {
  // Health is asked for by the first worker alone, so that it alone refuses.
  const health = 5 as unknown as string;
  await expect((await shared({ stopRules: { health } })).run()).rejects.toMatchObject({
    code: 'REPLAY_OPTIONS_INVALID',
  });
});

testWith(['build'], 'a run that is stopped before its workers are ready sends nothing, and each tells so', async () => {
  const run = await shared();
  const ended = run.run();
  run.stop();
  const snapshots = await ended;
  expect(snapshots.map(({ stopped, counts }) => [stopped?.rule, counts.answered, counts.held])).toEqual(
    Array(3).fill(['interrupted', 0, 0]),
  );
});
