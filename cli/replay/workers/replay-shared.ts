/**
 * A replay whose plan several threads share: each sends the sends that are its own, all begin at one instant, and what one
 * of them cannot go on for ends them all.
 *
 *     task ──▶ workers prepare ──▶ all ready ──▶ start at T ──▶ progress, result lines … ──▶ snapshots
 */
import { Worker } from 'node:worker_threads';
import { BytecopyError, type Millis } from '../../../core/index.ts';
import {
  DEFAULT_MAX_CONNECTIONS,
  mergeProgress,
  NO_PROGRESS,
  type ReplayOptions,
  type ReplayProgress,
  RunGuard,
  type RunSnapshot,
  type StopCause,
} from '../../../emitter/index.ts';
import type { StorePlace } from '../../stores/place.ts';
import type { AnswerSecrets } from '../answer-secrets.ts';
import type { Recording, ReplayRun } from '../replay-run.ts';
import type { RecordingKeys } from '../unsealed-recording.ts';
import { lotWritten } from './line-lots.ts';
import {
  type FromWorker,
  systemMicros,
  type ToWorker,
  type WorkerFailure,
  type WorkerTask,
} from './worker-messages.ts';

/** From all being ready to the first send: a message to each thread takes far less. */
const LEAD_MS: Millis = 20;

export interface SharedReplay {
  readonly options: ReplayOptions;
  readonly workers: number;
  readonly recording: Recording;
  /** Of the store in the recording, which this thread has open. */
  readonly place: StorePlace | string;
  /** Open its secrets; absent where they stay placeholders. */
  readonly keys: RecordingKeys | undefined;
  /** What is cut out of answers in them; absent where they are verbatim. */
  readonly answers: AnswerSecrets | undefined;
  /** Gets whole lines of results, each with its line break; none are made where absent. */
  readonly onLines?: (text: string) => void;
}

interface Shard {
  readonly worker: Worker;
  readonly lotsUnderWay: SharedArrayBuffer | undefined;
  ready: boolean;
  progress: ReplayProgress;
}

export function replayShared(replay: SharedReplay): ReplayRun {
  const { options, workers, recording, place, keys, answers, onLines } = replay;
  const shards: Shard[] = [];
  let failure: WorkerFailure | undefined;
  let stopped: { readonly cause: StopCause | undefined } | undefined;
  const say = (message: ToWorker): void => {
    for (const { worker } of shards) worker.postMessage(message);
  };
  const stop = (cause?: StopCause): void => {
    stopped ??= { cause };
    say({ kind: 'stop', cause: stopped.cause });
  };
  const progress = () => mergeProgress(shards.map((shard) => shard.progress));

  const open = (index: number): Promise<RunSnapshot | undefined> => {
    const lotsUnderWay = onLines === undefined ? undefined : new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const { stopRules, maxConnections = DEFAULT_MAX_CONNECTIONS, ...rest } = options;
    const health = index === 0 ? stopRules?.health : undefined;
    const task: WorkerTask = {
      options: {
        ...rest,
        shard: { index, count: workers },
        // The bound is of the whole run; each needs one.
        maxConnections: Math.max(1, Math.floor((maxConnections + index) / workers)),
        stopRules: health === undefined ? {} : { health },
      },
      place,
      selection: recording.selection,
      keys,
      span: recording.span,
      answers,
      lotsUnderWay,
    };
    const worker = new Worker(workerEntry(), { workerData: task });
    const shard: Shard = { worker, lotsUnderWay, ready: false, progress: NO_PROGRESS };
    shards.push(shard);
    return new Promise((resolve) => {
      let snapshot: RunSnapshot | undefined;
      worker.on('message', (message: FromWorker) => {
        switch (message.kind) {
          case 'ready':
            shard.ready = true;
            if (shards.every(({ ready }) => ready))
              say({ kind: 'start', systemMicros: systemMicros() + LEAD_MS * 1_000 });
            return;
          case 'progress':
            shard.progress = message.progress;
            return;
          case 'lines':
            onLines?.(message.text);
            if (lotsUnderWay !== undefined) lotWritten(lotsUnderWay);
            return;
          case 'ended':
            snapshot = message.snapshot;
            if (snapshot.stopped !== undefined && stopped === undefined) stop(snapshot.stopped);
            return;
          case 'failed':
            failure ??= message.failure;
            stop();
            return;
          default:
            message satisfies never;
        }
      });
      const died = (message: string): void => {
        failure ??= { code: 'REPLAY_WORKER_FAILED', message, hint: undefined, exitCode: 1 };
        stop();
      };
      worker.on('error', (error) => died(`a worker of the replay failed: ${error.message}`));
      worker.on('exit', (code) => {
        if (snapshot === undefined)
          died(`a worker of the replay ended before its part was sent, with exit code ${code}`);
        resolve(snapshot);
      });
    });
  };

  return {
    async run() {
      const ends = Array.from({ length: workers }, (_, index) => open(index));
      const { health: _health, ...rules } = options.stopRules ?? {};
      const guard = new RunGuard(rules, undefined, { progress, onStop: stop });
      const snapshots = await Promise.all(ends);
      guard.stop();
      if (failure !== undefined) {
        const { code, message, hint, exitCode } = failure;
        throw new BytecopyError(code, message, { exitCode, ...(hint === undefined ? {} : { hint }) });
      }
      return snapshots.filter((snapshot) => snapshot !== undefined);
    },
    stop,
    progress,
  };
}

/** Threads run what was built, also where this file is run from its source. */
function workerEntry(): URL {
  const built = import.meta.url.endsWith('.js');
  return new URL(built ? './replay-worker.js' : '../../../dist/cli/replay/workers/replay-worker.js', import.meta.url);
}
