/** A thread that sends one shard of a replay: reads the store through its owner, tells where it stands, ends with its snapshot. */
import { parentPort, workerData } from 'node:worker_threads';
import { BytecopyError, type Micros, type ReplayResult } from '../../../core/index.ts';
import { systemClock } from '../../clock.ts';
import { distinctRecording } from '../../stores/distinct-views.ts';
import { openForReading } from '../../stores/open.ts';
import { answerCutter } from '../answer-secrets.ts';
import { replayHere } from '../replay-run.ts';
import { resultLine } from '../result-line.ts';
import { unsealedRecording } from '../unsealed-recording.ts';
import { LineLots } from './line-lots.ts';
import {
  type FromWorker,
  systemMicros,
  type ToWorker,
  type WorkerFailure,
  type WorkerTask,
} from './worker-messages.ts';

const PROGRESS_INTERVAL_MS = 100;

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker thread');
const tell = (message: FromWorker): void => port.postMessage(message);
await work(workerData as WorkerTask).catch((error: unknown) => tell({ kind: 'failed', failure: failureOf(error) }));
port.close();

async function work({ options, place, selection, keys, span, answers, lotsUnderWay }: WorkerTask): Promise<void> {
  const { env: environment, stderr } = process;
  const store = await openForReading(place, { environment, stderr, clock: systemClock });
  const lots =
    lotsUnderWay === undefined ? undefined : new LineLots(lotsUnderWay, (text) => tell({ kind: 'lines', text }));
  const cut = await answerCutter(answers);
  // Made before it is waited for: another worker may fail, and stop this one, while it still prepares.
  let start: (at: Micros) => void = () => {};
  const started = new Promise<Micros>((resolve) => {
    start = resolve;
  });
  const run = replayHere(
    options,
    { store: unsealedRecording(distinctRecording(store, selection), keys), selection, span },
    {
      clock: systemClock,
      startAt() {
        tell({ kind: 'ready' });
        return started;
      },
      ...(lots === undefined ? {} : { onResult: (result: ReplayResult) => lots.line(resultLine(cut(result))) }),
    },
  );
  port?.on('message', (message: ToWorker) => {
    if (message.kind === 'start') start(message.systemMicros - systemMicros() + systemClock.monotonic());
    else {
      run.stop(message.cause);
      start(systemClock.monotonic());
    }
  });
  const progress = setInterval(() => tell({ kind: 'progress', progress: run.progress() }), PROGRESS_INTERVAL_MS);
  try {
    const [snapshot] = await run.run();
    tell({ kind: 'progress', progress: run.progress() });
    if (snapshot !== undefined) tell({ kind: 'ended', snapshot });
  } finally {
    clearInterval(progress);
    lots?.flush();
    await store.close();
  }
}

function failureOf(error: unknown): WorkerFailure {
  if (error instanceof BytecopyError) {
    return { code: error.code, message: error.message, hint: error.hint, exitCode: error.exitCode };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'REPLAY_WORKER_FAILED', message, hint: undefined, exitCode: 1 };
}
