/**
 * The main job on one machine, with the stages that every command uses:
 *
 *   customers ──▶ front ──▶ catalogue          three real processes, HTTP over loopback
 *                   ╰─────────╰──▶ capture ──▶ store ──▶ trace, replay at 5x ──▶ next build of the front
 *                                     ╰──▶ mirror ──▶ another one, live
 */
import { captureFilter, openCaptureSource } from '../../collector/index.ts';
import {
  type Exchange,
  type ExchangeStore,
  Ledger,
  type LedgerReport,
  parseQuery,
  type SecretKey,
  toKeyRing,
} from '../../core/index.ts';
import { Mirror, mergeSnapshots, Replayer, type ReplayReport } from '../../emitter/index.ts';
import { openStore } from '../../store/index.ts';
import type { Context } from '../context.ts';
import { sealingCutter } from '../keys/index.ts';
import { PROMPT } from '../options/source.ts';
import type { ExchangeSink } from '../pipeline/exchange-sink.ts';
import { MirrorSink } from '../pipeline/mirror-sink.ts';
import { finishSinks, runPipeline } from '../pipeline/pipeline.ts';
import { SealingSink } from '../pipeline/sealing-sink.ts';
import { storeSink } from '../pipeline/store-sink.ts';
import { unsealedRecording } from '../replay/unsealed-recording.ts';
import { type DriveReport, driveShop, type Shop, type ShopProcess } from './shop/index.ts';

export const VISITS = 300;
export const VISITS_PER_SECOND = 60;
export const REPLAY_SPEED = 5;
const SEED = 7;

export interface Captured {
  readonly visits: DriveReport;
  readonly ledger: LedgerReport;
  readonly mirror: ReplayReport;
}

/**
 * Drives the shop while capturing both hops into the store and mirroring visits to `mirrored`.
 *
 * @param key seals what visitors would rather keep to themselves
 */
export async function captureVisits(
  path: string,
  key: SecretKey,
  shop: Shop,
  mirrored: ShopProcess,
  context: Context,
): Promise<Captured> {
  const ledger = new Ledger();
  const ports = [shop.front.port, shop.catalogue.port];
  const source = openCaptureSource({ kind: 'live', interface: 'lo', filter: captureFilter(ports) });
  const accepts = ({ flow }: { readonly flow: { readonly server: { readonly port: number } } }) =>
    flow.server.port === shop.front.port;
  const mirror = new Mirror(
    { target: mirrored.url, runId: 'demo-mirror', writes: 'allow' },
    { clock: context.clock, ledger, accepts },
  );
  await mirror.start();
  const { store } = await openStore({ path, mustOwn: true });
  const mirrorSink = new MirrorSink('mirror', mirror);
  const cutter = await sealingCutter(toKeyRing([key]), { services: [] });
  const sinks = [new SealingSink([storeSink(store, ledger, { live: true })], cutter), mirrorSink];
  const services = [
    { name: 'front', port: shop.front.port },
    { name: 'catalogue', port: shop.catalogue.port },
  ];
  const running = runPipeline(
    source,
    { parser: { services }, assembler: { serverPorts: new Set(ports) }, tickMs: PROMPT.tickMs },
    { clock: context.clock, ledger, sinks },
  );
  let visits: DriveReport;
  try {
    await Promise.race([source.started(), running]);
    const customers = { frontUrl: shop.front.url, requests: VISITS, ratePerSecond: VISITS_PER_SECOND, seed: SEED };
    visits = await driveShop({ ...customers, signal: context.interrupted });
  } finally {
    await source.stop();
    await endOf(running, sinks);
  }
  return { visits, ledger: ledger.report(), mirror: mirrorSink.report as ReplayReport };
}

async function endOf(running: Promise<void>, sinks: readonly ExchangeSink[]): Promise<void> {
  try {
    await running;
  } finally {
    await finishSinks(sinks);
  }
}

/** The first trace that crossed both hops. */
export async function findTrace(store: ExchangeStore): Promise<readonly Exchange[]> {
  for await (const page of store.find({ where: parseQuery('service:catalogue'), limit: 1 })) {
    const [exchange] = page;
    if (exchange?.trace !== undefined) return store.trace(exchange.trace.traceId);
  }
  return [];
}

/** The front's recorded visits to its next build, {@link REPLAY_SPEED} times as fast as they were. */
export async function replayVisits(
  store: ExchangeStore,
  key: SecretKey,
  target: ShopProcess,
  context: Context,
): Promise<ReplayReport> {
  const replayer = new Replayer(
    { target: target.url, runId: 'demo-replay', writes: 'allow', timing: { kind: 'recorded', speed: REPLAY_SPEED } },
    { clock: context.clock, ledger: new Ledger() },
  );
  context.interrupted.addEventListener('abort', () => replayer.stop(), { once: true });
  const recorded = unsealedRecording(store, { keys: [key], path: 'memory' });
  return mergeSnapshots([await replayer.run(() => recorded.find({ where: parseQuery('service:front') }))]).report;
}
