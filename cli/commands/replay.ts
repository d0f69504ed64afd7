import { type Command, Option } from 'commander';
import { BytecopyError, Ledger, type Millis } from '../../core/index.ts';
import { Replayer, type ReplayReport, type TimingOptions } from '../../emitter/index.ts';
import { readConfig, storePath } from '../config/config.ts';
import { type Context, onInterrupt } from '../context.ts';
import { parseWait } from '../options/duration.ts';
import { parseCount, parsePositive, parseRate } from '../options/number.ts';
import { type SelectionFlags, selectionOf } from '../options/selection.ts';
import { addSendingOptions, type SendingFlags, sendingOptionsOf } from '../options/sending.ts';
import { openLineFile } from '../output/line-file.ts';
import { statusLine } from '../output/status-line.ts';
import type { TextOutput } from '../output/text-output.ts';
import { renderReplayProgress, renderReplayReport } from '../render/index.ts';
import { describeForecast, requireDecisions } from '../replay/decisions.ts';
import { type Forecast, forecast } from '../replay/forecast.ts';
import { openForReading } from '../stores/open.ts';
import { importTemporarily } from '../stores/temporary.ts';

interface ReplayFlags extends SendingFlags, SelectionFlags {
  readonly to: string;
  readonly store?: string;
  readonly file?: string;
  readonly where?: string;
  readonly speed?: number;
  readonly qps?: number | 'max';
  readonly loop?: number | true;
  readonly duration?: Millis;
  readonly count?: number;
  readonly dryRun?: boolean;
  readonly results?: string;
  readonly json?: boolean;
}

export function addReplayCommand(program: Command, context: Context): void {
  const command = program
    .command('replay')
    .description('recorded requests to a target: in their recorded rhythm, faster, or at an exact rate')
    .requiredOption('--to <url>', 'where to: http://host:port')
    .option('--store <folder>', 'the store to replay from')
    .option('--file <capture>', 'replay a capture file instead of the store')
    .option('--where <query>', 'only these exchanges')
    .option('--since <time>', 'recorded from here on: 15m, 2026-11-21T10:00Z')
    .option('--until <time>', 'recorded before this time')
    .addOption(
      new Option('--speed <n>', 'recorded rhythm, n times as fast (default: 1)')
        .argParser(parsePositive)
        .conflicts('qps'),
    )
    .option('--qps <n>', 'n requests a second, evenly; max is as fast as the target answers', parseRate)
    .option('--loop [n]', 'n passes over the recording; without a number until stopped', parseCount)
    .option('--duration <time>', 'send for this long at most', parseWait)
    .option('--count <n>', 'send this many at most', parseCount)
    .option('--dry-run', 'say what would happen and send nothing')
    .option('--results <file>', 'what became of each send, as JSON lines')
    .option('--json', 'the report as JSON');
  addSendingOptions(command).action((flags: ReplayFlags) => replay(context, program, flags));
}

async function replay(context: Context, program: Command, flags: ReplayFlags): Promise<void> {
  const config = await readConfig(program.opts().config, context.environment);
  const selection = selectionOf(flags.where ?? '', flags, context.clock.now());
  const sending = sendingOptionsOf(flags, flags.to);
  const temporary = flags.file === undefined ? undefined : await importTemporarily(flags.file, config, context);
  const store =
    temporary?.store ?? (await openForReading(storePath(flags.store, config, context.environment), context));
  try {
    const expected = await forecast(store.find(selection));
    context.stderr.write(`${describeForecast(expected, timingOf(flags), flags)}\n`);
    requireDecisions(expected, sending);
    if (flags.dryRun) return;
    const { report, results } = await send(context, flags, sending, () => store.find(selection));
    context.stdout.write(`${flags.json ? JSON.stringify(report) : renderReplayReport(report)}\n`);
    await results?.finish();
    judge(context, report, expected);
  } finally {
    await (temporary === undefined ? store.close() : temporary.remove());
  }
}

async function send(
  context: Context,
  flags: ReplayFlags,
  sending: ReturnType<typeof sendingOptionsOf>,
  open: Parameters<Replayer['run']>[0],
): Promise<{ report: ReplayReport; results: TextOutput | undefined }> {
  const results = flags.results === undefined ? undefined : await openLineFile(flags.results);
  const replayer = new Replayer(
    {
      ...sending,
      timing: timingOf(flags),
      ...(flags.loop === undefined ? {} : { loop: flags.loop === true ? ('forever' as const) : flags.loop }),
      ...(flags.duration === undefined ? {} : { durationMs: flags.duration }),
      ...(flags.count === undefined ? {} : { count: flags.count }),
    },
    {
      clock: context.clock,
      ledger: new Ledger(),
      ...(results === undefined ? {} : { onResult: (result) => results.line(JSON.stringify(result)) }),
    },
  );
  onInterrupt(context, () => replayer.stop());
  const status = statusLine(context.stderr);
  const second = setInterval(() => status.show(renderReplayProgress(replayer.progress())), 500);
  try {
    return { report: await replayer.run(open), results };
  } finally {
    clearInterval(second);
    status.clear();
  }
}

function timingOf(flags: ReplayFlags): TimingOptions {
  if (flags.qps === 'max') return { kind: 'max' };
  if (flags.qps !== undefined) return { kind: 'rate', perSecond: flags.qps };
  return { kind: 'recorded', speed: flags.speed ?? 1 };
}

/** The exit code says what the report says: interrupted, nothing sent, or a rate that was not reached. */
function judge(context: Context, report: ReplayReport, expected: Forecast): void {
  if (context.interrupted.aborted) {
    context.exitCode = 130;
  } else if (report.due > 0 && report.answered === 0 && expected.whole > 0) {
    throw new BytecopyError('REPLAY_NOT_ANSWERED', `nothing was answered by ${report.target}`, {
      hint: 'the report names the reasons; is the target running?',
    });
  } else if (!report.rate.reached) {
    context.stderr.write('the rate asked for was not reached: latencies of this run say little about the target\n');
    context.exitCode = 4;
  }
}
