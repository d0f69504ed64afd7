/**
 * A capture explained in two readings: the first finds what is there and what of it is meant, the second records
 * that. Both go through the same stages as `parse`, so what they see is what came out there.
 */
import {
  type CaptureSource,
  type Completeness,
  completenessOf,
  Ledger,
  type LedgerReport,
  type PacketTrace,
} from '../../core/index.ts';
import type { Config } from '../config/config.ts';
import { type Context, onInterrupt } from '../context.ts';
import { GATHERED } from '../options/source.ts';
import { runPipeline } from '../pipeline/pipeline.ts';
import type { PipelineWitness } from '../pipeline/pipeline-witness.ts';
import { assemblerOptionsOf, parserOptionsOf } from '../pipeline/stage-options.ts';
import { type Choice, isWholeCapture } from './choice.ts';
import { explainFlow, type FlowExplanation } from './flow-explanation.ts';
import { Survey, type SurveyReport } from './survey.ts';
import { TraceRecorder } from './trace-recorder.ts';

/** Packets of a capture that is explained as a whole; of a larger one flows are listed, and a flow can be asked for. */
export const MAX_UNASKED_PACKETS = 2_000;

export interface ExplainOptions {
  readonly path: string;
  /** Opened for each reading. */
  readonly open: () => CaptureSource;
  readonly ports: readonly number[];
  readonly config: Config;
  readonly choice: Choice;
}

export interface CaptureExplanation {
  readonly path: string;
  readonly survey: SurveyReport;
  readonly ledger: LedgerReport;
  readonly completeness: Completeness;
  /** Undefined where nothing was asked for and the capture is too large: the survey lists its flows. */
  readonly flows: readonly FlowExplanation[] | undefined;
  /** Packets that no flow has; empty where flows were asked for. */
  readonly loosePackets: readonly PacketTrace[];
  /** More matched than was looked at. */
  readonly cut: boolean;
  /** What the file broke off with; everything before it is explained. */
  readonly failure: unknown;
}

type Surroundings = Pick<Context, 'clock' | 'interrupted'>;

export async function explainCapture(options: ExplainOptions, context: Surroundings): Promise<CaptureExplanation> {
  const { choice, path } = options;
  const survey = new Survey(choice);
  const ledger = new Ledger();
  const failure = await read(options, survey, ledger, context);
  const found = survey.report();
  const report = ledger.report();
  const whole = isWholeCapture(choice);
  const shared = { path, survey: found, ledger: report, completeness: completenessOf(report), failure };
  if (whole && found.packets > MAX_UNASKED_PACKETS) {
    return { ...shared, flows: undefined, loosePackets: [], cut: false };
  }
  const recorder = new TraceRecorder(survey.matches, { keepLoose: whole });
  await read(options, recorder, new Ledger(), context);
  const flows = recorder.flows().map(explainFlow);
  return { ...shared, flows, loosePackets: recorder.loosePackets(), cut: survey.matches.cut || recorder.cut };
}

/** @returns what the reading failed with, if it did */
async function read(
  { open, ports, config }: ExplainOptions,
  witness: PipelineWitness,
  ledger: Ledger,
  context: Surroundings,
): Promise<unknown> {
  const source = open();
  onInterrupt(context, () => void source.stop());
  const pipeline = {
    parser: parserOptionsOf(config),
    assembler: assemblerOptionsOf(config, ports),
    tickMs: GATHERED.tickMs,
  };
  try {
    await runPipeline(source, pipeline, { clock: context.clock, ledger, sinks: [], witness });
    return undefined;
  } catch (error) {
    return error;
  }
}
