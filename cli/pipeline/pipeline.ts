/**
 * Joins the stages in one process: source → collector → bus → parser → sinks.
 *
 * Live, nothing is held up: where the bus has no room packets are shed before reassembly and counted, so that the
 * streams show it as gaps. From a file everything waits for the slowest sink.
 */
import { type AssemblerOptions, StreamAssembler } from '../../collector/index.ts';
import {
  type Bus,
  type CaptureSource,
  type Clock,
  type Ledger,
  MemoryBus,
  type Micros,
  type Millis,
  type Packet,
  type StreamChunk,
} from '../../core/index.ts';
import { ExchangeParser, type ParserOptions } from '../../parser/index.ts';
import { deliver } from './deliver.ts';
import type { ExchangeSink } from './exchange-sink.ts';
import type { PipelineWitness } from './pipeline-witness.ts';

export interface PipelineOptions {
  readonly parser: Partial<ParserOptions>;
  readonly assembler: Partial<AssemblerOptions>;
  /** How often a quiet live capture is told the time: what waits for a packet that will not come waits this much longer. */
  readonly tickMs: Millis;
}

export interface WatchedLedger {
  readonly ledger: Ledger;
  /** Told of every packet, chunk, discarded range and exchange. */
  readonly witness?: PipelineWitness | undefined;
}

export interface PipelineDeps extends WatchedLedger {
  readonly clock: Clock;
  readonly sinks: readonly ExchangeSink[];
}

/**
 * Finishes every sink, whatever became of the others.
 *
 * @throws the first sink's error
 */
export async function finishSinks(sinks: readonly ExchangeSink[]): Promise<void> {
  const outcomes = await Promise.allSettled(sinks.map((sink) => sink.finish()));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Nobody waits for what comes out of a file, and captures that were merged or come from many queues are out of order by seconds. */
export const PATIENT: Partial<AssemblerOptions> = { reorderWaitMs: 10_000, reorderPackets: 64 };

/** Packets reach us this much later than they were captured: ticks stay behind by it. */
const TICK_DELAY_MICROS = 50_000;

/**
 * Runs until the source ends or is stopped. The sinks are left open: {@link finishSinks}.
 *
 * @throws BytecopyError of the source or of a sink, after everything before it was handled
 */
export async function runPipeline(source: CaptureSource, options: PipelineOptions, deps: PipelineDeps): Promise<void> {
  const { ledger, sinks, clock, witness } = deps;
  const { live } = source.capabilities;
  const watched = witness === undefined ? { ledger } : { ledger, witness };
  const assembler = new StreamAssembler(live ? options.assembler : { ...PATIENT, ...options.assembler }, watched);
  const announceRequests = sinks.some((sink) => sink.request !== undefined);
  const countOnly = sinks.length === 0 && witness === undefined;
  const parser = new ExchangeParser({ ...options.parser, announceRequests, countOnly }, watched);
  const bus: Bus<StreamChunk> = new MemoryBus<StreamChunk>();
  const producer = bus.producer();
  let newestAt: Micros = 0;
  let ended = false;

  const ticker = live ? setInterval(() => setImmediate(quietTick), options.tickMs) : undefined;
  // Run after what has arrived was read, so that a process that was held up does not take its own pause for the network's.
  function quietTick(): void {
    if (ended) return;
    const at = clock.now() - TICK_DELAY_MICROS;
    if (at <= newestAt || !producer.hasRoom) return;
    void publish(assembler.tick(at));
    deliver(parser.tick(at), sinks, witness);
  }
  function shed(packets: readonly Packet[]): void {
    const account = ledger.account('packets', 'decoded');
    account.in += packets.length;
    account.setAside('ignored', 'shed', packets.length);
    witness?.shed(packets);
  }
  function publish(chunks: readonly StreamChunk[]): Promise<void> | undefined {
    return chunks.length > 0 ? producer.publish(chunks) : undefined;
  }

  const produced = (async () => {
    let failure: unknown;
    try {
      for await (const packets of source.packets()) {
        newestAt = Math.max(newestAt, packets[packets.length - 1]?.at ?? 0);
        if (live && !producer.hasRoom) shed(packets);
        else await publish(assembler.pushAll(packets));
      }
    } catch (error) {
      failure = error;
    }
    clearInterval(ticker);
    ended = true;
    await publish(assembler.end(newestAt));
    producer.close();
    if (failure !== undefined) throw failure;
  })();

  const consumed = (async () => {
    let failure: unknown;
    for await (const batch of bus.consume()) {
      if (failure === undefined) {
        try {
          parse(batch.values);
          if (!live) for (const sink of sinks) await sink.room?.();
        } catch (error) {
          failure = error;
          void source.stop(); // what is still on its way is taken and left, so that nobody waits for room
        }
      }
      batch.commit();
    }
    if (failure !== undefined) throw failure;
    deliver(parser.end(newestAt), sinks, witness);
    witness?.sourceEnded();
  })();
  function parse(chunks: readonly StreamChunk[]): void {
    witness?.chunks(chunks);
    deliver(parser.pushAll(chunks), sinks, witness);
    const last = chunks[chunks.length - 1];
    if (last !== undefined) deliver(parser.tick(last.at), sinks, witness);
  }

  const outcomes = await Promise.allSettled([produced, consumed]);
  recordDrops(source, ledger);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function recordDrops(source: CaptureSource, ledger: Ledger): void {
  const { droppedByKernel, droppedByInterface } = source.statistics();
  if (droppedByKernel !== undefined) ledger.addFact('kernel-dropped-packets', droppedByKernel);
  if (droppedByInterface !== undefined) ledger.addFact('interface-dropped-packets', droppedByInterface);
}
