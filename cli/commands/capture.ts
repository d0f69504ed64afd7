import type { Command } from 'commander';
import { openCaptureSource } from '../../collector/index.ts';
import { type BytecopyError, compileQuery, parseQuery } from '../../core/index.ts';
import { queryViews } from '../../parser/index.ts';
import { groupsOf } from '../../store/index.ts';
import { readConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { openSealing } from '../keys/index.ts';
import { openMasking } from '../masking/index.ts';
import { addLedgerOptions, type LedgerFlags } from '../options/ledger.ts';
import { addMaskingOptions, type MaskingFlags } from '../options/masking.ts';
import { addMirrorOptions, type MirrorFlags, startMirrors } from '../options/mirror.ts';
import { addReadingOptions, type ReadingFlags, withReading } from '../options/reading.ts';
import { addRetentionOptions, describeRetention, type RetentionFlags, retentionOf } from '../options/retention.ts';
import { addSourceOptions, captureSpecOf, GATHERED, PROMPT, portsOf, type SourceFlags } from '../options/source.ts';
import { storeOption } from '../options/store.ts';
import { RunLedger } from '../output/run-ledger.ts';
import { reportRun } from '../output/run-report.ts';
import type { ExchangeSink } from '../pipeline/exchange-sink.ts';
import { FilteredSink } from '../pipeline/filtered-sink.ts';
import { lineFileSink } from '../pipeline/line-sink.ts';
import { runLive } from '../pipeline/live-run.ts';
import { reportsOf } from '../pipeline/mirror-sink.ts';
import { assemblerOptionsOf, parserOptionsOf } from '../pipeline/stage-options.ts';
import { storeSink } from '../pipeline/store-sink.ts';
import { indexAccount } from '../stores/index-account.ts';
import { openForWriting } from '../stores/open.ts';
import { storePlace } from '../stores/place.ts';
import { openRetained } from '../stores/retained.ts';

interface CaptureFlags extends SourceFlags, RetentionFlags, MirrorFlags, LedgerFlags, ReadingFlags, MaskingFlags {
  readonly store?: string;
  readonly out?: string;
  readonly where?: string;
}

export function addCaptureCommand(program: Command, context: Context): void {
  const command = program
    .command('capture')
    .description('live traffic into the store, and into mirrors and files at once')
    .addOption(storeOption('to fill, made where it does not exist'))
    .option('--out <file>', 'JSON lines into this file too')
    .option('--where <query>', 'keep only these exchanges')
    .option('--json', 'the ledger as JSON');
  addMirrorOptions(
    addMaskingOptions(addReadingOptions(addLedgerOptions(addRetentionOptions(addSourceOptions(command))))),
  ).action(async (flags: CaptureFlags) => capture(context, program, flags));
}

async function capture(context: Context, program: Command, flags: CaptureFlags): Promise<void> {
  const config = withReading(await readConfig(program.opts().config, context.environment), flags);
  const promptness = flags.to !== undefined || flags.copyTo !== undefined ? PROMPT : GATHERED;
  const spec = captureSpecOf(flags, config, promptness);
  const where = flags.where === undefined ? undefined : parseQuery(flags.where, context.clock.now());
  const ports = portsOf(flags, config);
  const run = new RunLedger(flags, config);
  const { ledger } = run;
  const source = openCaptureSource(spec);
  const { live } = source.capabilities;
  const onRefused = (error: BytecopyError) => context.stderr.write(`mirror: ${error.message}; the capture goes on\n`);
  const mirrors = await startMirrors(flags, { where, ledger, config, onRefused }, context);
  const place = storePlace({ ...program.opts(), ...flags }, config, context.environment);
  const masking = await openMasking({ ...program.opts(), ...flags }, config, context);
  const sealing = await openSealing(program.opts(), config, context);
  const policy = retentionOf(flags, config);
  const store = live
    ? await openRetained(place, policy, ledger, context)
    : await openForWriting(place, context, {
        groupOf: groupsOf(policy.groups),
        onIndexMoved: indexAccount(ledger),
      });
  const kept: ExchangeSink[] = [storeSink(store, ledger, { live })];
  if (flags.out !== undefined) kept.push(await lineFileSink(flags.out, ledger, live));
  const filtered =
    where === undefined ? kept : kept.map((sink) => new FilteredSink(sink, compileQuery(where, queryViews()), ledger));
  const running = runLive(
    source,
    {
      ...flags,
      parser: parserOptionsOf(config),
      assembler: assemblerOptionsOf(config, ports, spec),
      ports,
      tickMs: promptness.tickMs,
      announcement: `capturing ${source.name} into ${place.name}; ${sealing.words}${masking.words}${live ? `; kept ${describeRetention(policy)}; Ctrl-C ends it` : ''}`,
    },
    [...masking.inFrontOf(sealing.inFrontOf(filtered)), ...masking.inFrontOfMirrors(mirrors)],
    run,
    context,
  );
  await reportRun(running, run, () => reportsOf(mirrors), flags, context);
}
