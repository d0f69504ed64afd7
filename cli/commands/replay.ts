import type { Command } from 'commander';
import type { BytecopyError, Exchange, Selection } from '../../core/index.ts';
import {
  type CheckedTargetSetOptions,
  DEFAULT_MAX_CONNECTIONS,
  mergeSnapshots,
  openRequestCheck,
  type ReplayOptions,
  type RunResult,
} from '../../emitter/index.ts';
import { checkPinName } from '../../store/index.ts';
import { type Config, readConfig } from '../config/config.ts';
import { type Context, onInterrupt } from '../context.ts';
import { findKeys, keyFilePath, recordAudit } from '../keys/index.ts';
import {
  addOutcomeOptions,
  type Outcome,
  type OutcomeFlags,
  outcomeOf,
  requireOutcomeFiles,
} from '../options/outcome.ts';
import { addPacingOptions, type PacingFlags, pacingOf } from '../options/pacing.ts';
import { type SelectionFlags, selectionOf } from '../options/selection.ts';
import { addSendingOptions, type SendingFlags, sendingOptionsOf, sendingOptionsToAll } from '../options/sending.ts';
import { storeOption } from '../options/store.ts';
import { addTargetOptions, type TargetFlags } from '../options/targets.ts';
import { usageError } from '../options/usage-error.ts';
import { type BlockingLines, openBlockingLines } from '../output/blocking-lines.ts';
import { tellOutcome } from '../output/replay-outcome.ts';
import { watchReplay } from '../output/replay-watch.ts';
import { statusLine } from '../output/status-line.ts';
import { formatNumberOf } from '../render/amount.ts';
import { renderPreview } from '../render/index.ts';
import { announce } from '../replay/announcement.ts';
import { type AnswerSecrets, answerCutter, answerSecretsOf, type CutAnswer } from '../replay/answer-secrets.ts';
import { type CopiedRun, runTogether } from '../replay/copied-run.ts';
import { requireSomething, requireWord } from '../replay/decisions.ts';
import { forecast } from '../replay/forecast.ts';
import { horizonOf } from '../replay/horizon.ts';
import { previewSends } from '../replay/preview-sends.ts';
import { type Prospect, prospectOf } from '../replay/prospect.ts';
import { lookedAt, type Recording, type ReplayRun, replayHere } from '../replay/replay-run.ts';
import { resultLine } from '../replay/result-line.ts';
import { planOptionsOf, type SettledPlan, settlePlan } from '../replay/settled-plan.ts';
import { DiscoveredTargets } from '../replay/task/discovered-targets.ts';
import { followTask } from '../replay/task/follow-task.ts';
import { type OpenedTask, openTask } from '../replay/task/open-task.ts';
import { copyOptionsOf, taskOptionsOf } from '../replay/task/task-options.ts';
import { requireTargets, targetSetOf, targetsOf, targetsText } from '../replay/task/task-targets.ts';
import { type RecordingKeys, unsealedRecording } from '../replay/unsealed-recording.ts';
import { replayShared } from '../replay/workers/replay-shared.ts';
import { distinctRecording } from '../stores/distinct-views.ts';
import { openForReading } from '../stores/open.ts';
import { type StorePlace, storePlace } from '../stores/place.ts';
import { importTemporarily } from '../stores/temporary.ts';

/** Exchanges that a dry run of a document shows where no number is given. */
const SHOWN_WITH_TASK = 10;

interface ReplayFlags extends SendingFlags, SelectionFlags, PacingFlags, OutcomeFlags, TargetFlags {
  readonly task?: string;
  readonly store?: string;
  readonly recording?: string;
  readonly file?: string;
  readonly where?: string;
  readonly withoutSecrets?: boolean;
}

export function addReplayCommand(program: Command, context: Context): void {
  const command = program
    .command('replay')
    .description('recorded requests to a target: in their recorded rhythm, faster, or at an exact rate')
    .option(
      '--task <file>',
      'a document (YAML) that says all of this, and more; flags win, and it is followed while it runs',
    );
  addTargetOptions(command)
    .addOption(storeOption('to replay from'))
    .option('--recording <name>', 'a pinned recording instead of the whole store', checkPinName)
    .option('--file <capture>', 'replay a capture file instead of the store')
    .option('--where <query>', 'only these exchanges')
    .option('--since <time>', 'recorded from here on: 15m, 2026-11-21T10:00Z')
    .option('--until <time>', 'recorded before this time')
    .option('--without-secrets', 'send placeholders in place of sealed secrets, where their key is not at hand');
  addOutcomeOptions(addSendingOptions(addPacingOptions(command))).action((flags: ReplayFlags) =>
    replay(context, program, flags),
  );
}

async function replay(context: Context, program: Command, given: ReplayFlags): Promise<void> {
  const opened = await openTask(given, given.task);
  const { flags, task } = opened;
  if (flags.file !== undefined && flags.store !== undefined) {
    throw usageError('--file and --store contradict each other', 'leave one of them out');
  }
  if (flags.file !== undefined && flags.recording !== undefined) {
    throw usageError('--file and --recording contradict each other', 'leave one of them out');
  }
  requireOutcomeFiles(flags);
  const discovered = new DiscoveredTargets(task.discovered, {
    clock: context.clock,
    onTrouble: ({ message }) => context.stderr.write(`${message}\n`),
  });
  try {
    await discovered.start();
    const targets = requireTargets(discovered.into(targetSetOf(task)));
    await replayTo(targets, { context, program, opened, discovered });
  } finally {
    discovered.stop();
  }
}

interface OpenedReplay {
  readonly context: Context;
  readonly program: Command;
  readonly opened: OpenedTask<ReplayFlags>;
  readonly discovered: DiscoveredTargets;
}

async function replayTo(
  targets: CheckedTargetSetOptions,
  { context, program, opened, discovered }: OpenedReplay,
): Promise<void> {
  const { flags, task } = opened;
  const config = await readConfig(program.opts().config, context.environment);
  const selection = selectionOf(flags.where ?? '', flags, context.clock.now());
  const pacing = pacingOf(flags);
  const outcome = outcomeOf(flags, config);
  const sending = {
    ...sendingOptionsToAll(flags, targetsOf(targets), config),
    ...taskOptionsOf(task, targets, flags.task !== undefined),
  };
  const { keepResponses, stopRules } = outcome;
  const common = { keepResponses, stopRules, ...sessionOf(pacing.session) };
  const unplanned: ReplayOptions = { ...sending, ...common };
  const copies = (flags.copyTo ?? []).map(
    (target): ReplayOptions => ({
      ...common,
      ...sendingOptionsOf(flags, target, config, [...targetsOf(targets), ...(flags.copyTo ?? [])]),
      runId: sending.runId,
      ...copyOptionsOf(task),
    }),
  );
  const rules = await openRequestCheck(unplanned);
  for (const copy of copies) await openRequestCheck(copy);
  const source = await openSource(context, program, flags, config);
  // A call that was captured at both ends is sent once.
  const recorded = unsealedRecording(distinctRecording(source.store, selection), source.keys);
  try {
    const pages = whileLooking(context, recorded.find(selection));
    const expected = await forecast(pages, { ...rules, writes: sending.writes, horizon: horizonOf(pacing) });
    if (context.interrupted.aborted) {
      context.exitCode = 130;
      return;
    }
    requireSomething(expected);
    const plan = settlePlan(pacing, expected);
    const prospect = prospectOf(plan, expected);
    // Each worker has one at least.
    const connections = Math.max(sending.maxConnections ?? DEFAULT_MAX_CONNECTIONS, plan.workers);
    const { writes } = sending;
    const to = [targetsText(targets), ...(flags.copyTo ?? [])].join(', and to ');
    context.stderr.write(`${announce(expected, plan, prospect, { to, writes, connections })}\n`);
    requireWord(expected, sending);
    if (flags.dryRun) {
      await showSends(context, flags, recorded.find(selection), unplanned);
      return;
    }
    const { span } = expected;
    const recording = { store: recorded, selection: lookedAt(selection, expected), span };
    const destinations = [unplanned, ...copies].map((options) => ({ ...options, ...planOptionsOf(plan) }));
    const answers = answerSecretsOf(config, flags.withSecrets === true);
    if (flags.withSecrets) await auditAnswers(context, program, flags, config);
    const { reached, results } = await send(context, {
      flags,
      to,
      opened,
      discovered,
      outcome,
      destinations,
      plan,
      prospect,
      recording,
      place: source.place,
      keys: source.keys,
      answers,
    });
    await tellOutcome(context, flags, reached, results);
  } finally {
    await source.close();
  }
}

/** What a dry run shows of single sends, to the targets; copies get the same. */
async function showSends(
  { stdout }: Context,
  { dryRun, task }: ReplayFlags,
  pages: AsyncIterable<readonly Exchange[]>,
  options: ReplayOptions,
): Promise<void> {
  const count = typeof dryRun === 'number' ? dryRun : task === undefined ? 0 : SHOWN_WITH_TASK;
  if (count === 0) return;
  const previews = await previewSends(pages, options, count);
  stdout.write(`${renderPreview(previews, { color: stdout.isTTY === true })}\n`);
}

/** The pages of a recording that may be long: how far it is read, and no further once its user has had enough. */
async function* whileLooking(
  { stderr, interrupted }: Context,
  pages: AsyncIterable<readonly Exchange[]>,
): AsyncGenerator<readonly Exchange[]> {
  const status = statusLine(stderr);
  let count = 0;
  try {
    for await (const page of pages) {
      if (interrupted.aborted) return;
      count += page.length;
      status.show(`looking at the recording: ${formatNumberOf(count, 'exchange')}`);
      yield page;
    }
  } finally {
    status.clear();
  }
}

function sessionOf(session: string | undefined): Pick<ReplayOptions, 'session'> {
  return session === undefined ? {} : { session };
}

async function openSource(context: Context, program: Command, flags: ReplayFlags, config: Config) {
  if (flags.file !== undefined) {
    const { path: place, store, keys, remove } = await importTemporarily(flags.file, config, context);
    return { place, store, keys, close: remove };
  }
  const place = storePlace({ ...program.opts(), ...flags }, config, context.environment);
  const keys = await recordingKeys(context, program, flags, config);
  const store = await openForReading(place, context);
  return { place, store, keys, close: () => store.close() };
}

async function recordingKeys(
  context: Context,
  program: Command,
  { withoutSecrets }: ReplayFlags,
  config: Config,
): Promise<RecordingKeys | undefined> {
  if (withoutSecrets) return undefined;
  const found = await findKeys(program.opts(), config, context);
  return { keys: found?.keys ?? [], path: keyFilePath(program.opts(), config, context.environment) };
}

interface Sending {
  readonly flags: ReplayFlags;
  /** The targets in words. */
  readonly to: string;
  readonly opened: OpenedTask<ReplayFlags>;
  readonly discovered: DiscoveredTargets;
  readonly outcome: Outcome;
  /** The targets, then each copy. */
  readonly destinations: readonly ReplayOptions[];
  readonly plan: SettledPlan;
  readonly prospect: Prospect;
  readonly recording: Recording & { readonly selection: Selection };
  readonly place: StorePlace | string;
  readonly keys: RecordingKeys | undefined;
  readonly answers: AnswerSecrets | undefined;
}

/** That answers are written with their secrets is on record before the first one is. */
async function auditAnswers(
  context: Context,
  program: Command,
  { where, results }: ReplayFlags,
  config: Config,
): Promise<void> {
  const path = keyFilePath(program.opts(), config, context.environment);
  const query = `${where ?? ''} --save-responses --results ${results}`.trim();
  await recordAudit(path, { at: context.clock.now(), command: 'replay', query, keys: [] });
}

async function send(
  context: Context,
  sending: Sending,
): Promise<{ readonly reached: readonly RunResult[]; readonly results: BlockingLines | undefined }> {
  const { flags, opened, discovered, outcome, prospect, destinations } = sending;
  let together: CopiedRun | undefined;
  const onFailure = ({ message }: BytecopyError) => together?.stop({ rule: 'interrupted', text: message });
  const results = flags.results === undefined ? undefined : await openBlockingLines(flags.results, onFailure);
  const cut = await answerCutter(sending.answers);
  const runs = destinations.map((options) => runOf(context, options, sending, cut, results));
  const [run] = runs;
  if (run === undefined) throw new RangeError('a replay goes somewhere');
  together = runTogether(runs);
  const { progress, stop } = together;
  onInterrupt(context, () => stop());
  const sends = prospect.sends === undefined ? undefined : prospect.sends * runs.length;
  const planned = { durationMs: prospect.durationMs, sends };
  const view = await watchReplay(context.stderr, { title: `replay to ${sending.to}`, planned, progress });
  const forget = followTask({
    path: flags.task,
    opened,
    discovered,
    run,
    say: (text) => context.stderr.write(`${text}\n`),
  });
  try {
    const ended = await together.run();
    return { reached: ended.map((snapshots) => mergeSnapshots(snapshots, outcome.thresholds)), results };
  } catch (cause) {
    // What came before is kept; why the run failed matters more than its file.
    await results?.finish().catch(() => {});
    throw cause;
  } finally {
    forget();
    view.end();
  }
}

function runOf(
  context: Context,
  options: ReplayOptions,
  { plan, recording, place, keys, answers }: Sending,
  cut: CutAnswer,
  results?: BlockingLines,
): ReplayRun {
  const { clock } = context;
  if (plan.workers === 1) {
    const onResult =
      results === undefined
        ? {}
        : { onResult: (result: Parameters<typeof resultLine>[0]) => results.line(resultLine(cut(result))) };
    return replayHere(options, recording, { clock, ...onResult });
  }
  const onLines = results === undefined ? {} : { onLines: (text: string) => results.lines(text) };
  return replayShared({ options, workers: plan.workers, recording, place, keys, answers, ...onLines });
}
