import type { Command } from 'commander';
import { openCaptureSource } from '../../collector/index.ts';
import { BytecopyError, parseQuery } from '../../core/index.ts';
import { readConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { openMasking } from '../masking/index.ts';
import { addLedgerOptions, type LedgerFlags } from '../options/ledger.ts';
import { addMaskingOptions, type MaskingFlags } from '../options/masking.ts';
import { addMirrorOptions, type MirrorFlags, startMirrors } from '../options/mirror.ts';
import { addSourceOptions, captureSpecOf, PROMPT, portsOf, type SourceFlags } from '../options/source.ts';
import { RunLedger } from '../output/run-ledger.ts';
import { reportRun } from '../output/run-report.ts';
import { runLive } from '../pipeline/live-run.ts';
import { reportsOf } from '../pipeline/mirror-sink.ts';
import { assemblerOptionsOf, parserOptionsOf } from '../pipeline/stage-options.ts';

interface MirrorCommandFlags extends SourceFlags, MirrorFlags, LedgerFlags, MaskingFlags {
  readonly where?: string;
}

export function addMirrorCommand(program: Command, context: Context): void {
  const command = program
    .command('mirror')
    .description('live traffic straight to another instance, each request as soon as it is complete')
    .option('--where <query>', "mirror only these requests: 'verb:GET AND path:/items/*'")
    .option('--json', 'ledger and report as JSON');
  addMirrorOptions(addMaskingOptions(addLedgerOptions(addSourceOptions(command)))).action((flags: MirrorCommandFlags) =>
    mirror(context, program, flags),
  );
}

async function mirror(context: Context, program: Command, flags: MirrorCommandFlags): Promise<void> {
  if (flags.to === undefined && flags.copyTo === undefined) {
    throw new BytecopyError('USAGE', 'a target is missing', { hint: '--to http://host:port names it', exitCode: 2 });
  }
  const config = await readConfig(program.opts().config, context.environment);
  const where = flags.where === undefined ? undefined : parseQuery(flags.where, context.clock.now());
  const ports = portsOf(flags, config);
  const run = new RunLedger(flags, config);
  const { ledger } = run;
  const spec = captureSpecOf(flags, config, PROMPT);
  const source = openCaptureSource(spec);
  const onRefused = () => void source.stop();
  const masking = await openMasking({ ...program.opts(), ...flags }, config, context);
  const mirrors = await startMirrors(flags, { where, ledger, config, onRefused }, context);
  const running = runLive(
    source,
    {
      ...flags,
      // Only requests are mirrored: bytes kept for sessions would be of no use.
      parser: { ...parserOptionsOf(config), sessions: 'none' },
      assembler: assemblerOptionsOf(config, ports, spec),
      ports,
      tickMs: PROMPT.tickMs,
      announcement: `capturing ${source.name}${source.capabilities.live ? '; Ctrl-C ends it' : ''}`,
    },
    // Rules that are named here are for what is sent: nothing else comes of it.
    flags.maskRules === undefined ? masking.inFrontOfMirrors(mirrors) : masking.inFrontOf(mirrors),
    run,
    context,
  );
  await reportRun(running, run, () => reportsOf(mirrors), flags, context);
}
