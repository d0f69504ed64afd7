import type { Command } from 'commander';
import { openCaptureSource } from '../../collector/index.ts';
import { BytecopyError, Ledger, parseQuery } from '../../core/index.ts';
import { readConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { addMirrorOptions, type MirrorFlags, startMirrors } from '../options/mirror.ts';
import { addSourceOptions, captureSpecOf, PROMPT, portsOf, type SourceFlags } from '../options/source.ts';
import { writeLedgerFile } from '../output/ledger-file.ts';
import { runLive } from '../pipeline/live-run.ts';
import { parserOptionsOf, serverPortsOf } from '../pipeline/parser-options.ts';
import { renderLedger, renderReplayReport } from '../render/index.ts';

interface MirrorCommandFlags extends SourceFlags, MirrorFlags {
  readonly where?: string;
  readonly ledger?: string;
  readonly json?: boolean;
}

export function addMirrorCommand(program: Command, context: Context): void {
  const command = program
    .command('mirror')
    .description('live traffic straight to another instance, each request as soon as it is complete')
    .option('--where <query>', "mirror only these requests: 'verb:GET AND path:/items/*'")
    .option('--ledger <file>', 'write the ledger as JSON to this file')
    .option('--json', 'ledger and report as JSON');
  addMirrorOptions(addSourceOptions(command)).action((flags: MirrorCommandFlags) => mirror(context, program, flags));
}

async function mirror(context: Context, program: Command, flags: MirrorCommandFlags): Promise<void> {
  if (flags.to === undefined && flags.copyTo === undefined) {
    throw new BytecopyError('USAGE', 'a target is missing', { hint: '--to http://host:port names it', exitCode: 2 });
  }
  const config = await readConfig(program.opts().config, context.environment);
  const where = flags.where === undefined ? undefined : parseQuery(flags.where);
  const ports = portsOf(flags, config);
  const ledger = new Ledger();
  const source = openCaptureSource(captureSpecOf(flags, config, PROMPT));
  const onRefused = () => void source.stop();
  const mirrors = await startMirrors(flags, { where, ledger, onRefused }, context);
  try {
    await runLive(
      source,
      {
        ...flags,
        parser: parserOptionsOf(config),
        serverPorts: [...ports, ...serverPortsOf(config)],
        ports,
        tickMs: PROMPT.tickMs,
        announcement: `capturing ${source.name}${source.capabilities.live ? '; Ctrl-C ends it' : ''}`,
      },
      mirrors,
      ledger,
      context,
    );
  } finally {
    const report = ledger.report();
    const replays = mirrors.flatMap((sink) => (sink.report === undefined ? [] : [sink.report]));
    const text = [renderLedger(report), ...replays.map(renderReplayReport)].join('\n');
    context.stdout.write(`${flags.json ? JSON.stringify({ ...report, mirrors: replays }) : text}\n`);
    await writeLedgerFile(flags.ledger, report);
  }
}
