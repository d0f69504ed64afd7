/** Packets explained as the command does it, without a file. */

import type { Choice } from '../../../../cli/explain/choice.ts';
import { type CaptureExplanation, explainCapture } from '../../../../cli/explain/explain-capture.ts';
import { runPipeline, type WatchedLedger } from '../../../../cli/pipeline/pipeline.ts';
import type { PipelineWitness } from '../../../../cli/pipeline/pipeline-witness.ts';
import { renderExplanation } from '../../../../cli/render/explanation.ts';
import { renderExplanationLines } from '../../../../cli/render/explanation-document.ts';
import { type CaptureSource, type Clock, Ledger, type Packet } from '../../../../core/index.ts';
import type { Conversation } from '../../../support/packets/index.ts';

export const EVERYTHING: Choice = {
  flow: undefined,
  where: undefined,
  text: undefined,
  since: 0,
  until: Number.POSITIVE_INFINITY,
};

/** Files are read without one. */
const NO_CLOCK: Clock = { now: () => 0, monotonic: () => 0 };

/** Conversations one after the other. */
export function explain(talks: readonly Conversation[], choice: Partial<Choice> = {}): Promise<CaptureExplanation> {
  return explainPackets(
    talks.flatMap((talk) => talk.packets),
    choice,
  );
}

export async function explainPackets(
  packets: readonly Packet[],
  choice: Partial<Choice> = {},
): Promise<CaptureExplanation> {
  const options = {
    path: 'a.pcap',
    open: () => sourceOf(packets),
    ports: [],
    config: { services: [] },
    choice: { ...EVERYTHING, ...choice },
  };
  const explanation = await explainCapture(options, {
    clock: NO_CLOCK,
    interrupted: new AbortController().signal,
  });
  if (explanation.failure !== undefined) throw explanation.failure;
  return explanation;
}

/** Packets through the stages, with somebody looking on. */
export async function watch(packets: readonly Packet[], witness: PipelineWitness): Promise<Ledger> {
  const ledger = new Ledger();
  await runThrough(packets, { ledger, witness });
  return ledger;
}

export function runThrough(packets: readonly Packet[], watched: WatchedLedger): Promise<void> {
  const options = { parser: {}, assembler: {}, tickMs: 200 };
  return runPipeline(sourceOf(packets), options, { ...watched, clock: NO_CLOCK, sinks: [] });
}

export function textOf(explanation: CaptureExplanation, width = 200): readonly string[] {
  return [...renderExplanation(explanation, { color: false, width })];
}

export function jsonOf(explanation: CaptureExplanation): readonly Record<string, unknown>[] {
  return [...renderExplanationLines(explanation)].map((line) => JSON.parse(line));
}

/** A capture that ends. */
export function sourceOf(packets: readonly Packet[]): CaptureSource {
  return {
    name: 'test',
    capabilities: { timestamps: 'file', dropCounts: false, live: false },
    packets: () => ReadableStream.from(packets.length > 0 ? [packets] : []),
    started: () => Promise.resolve(),
    statistics: () => ({ delivered: packets.length, droppedByKernel: undefined, droppedByInterface: undefined }),
    stop: () => Promise.resolve(),
  };
}
