import { type Command, Option } from 'commander';
import { openCaptureSource } from '../../collector/index.ts';
import { compileQuery, Ledger, parseQuery } from '../../core/index.ts';
import { readConfig, storePath } from '../config/config.ts';
import type { Context } from '../context.ts';
import { parseDuration } from '../options/duration.ts';
import { addMirrorOptions, type MirrorFlags, mirrorSinks } from '../options/mirror.ts';
import { collectPorts, parseCount } from '../options/number.ts';
import { captureSpecOf, portsOf, type SourceFlags } from '../options/source.ts';
import { writeLedgerFile } from '../output/ledger-file.ts';
import type { ExchangeSink } from '../pipeline/exchange-sink.ts';
import { FilteredSink } from '../pipeline/filtered-sink.ts';
import { LineSink, openLineFile } from '../pipeline/line-sink.ts';
import { runLive } from '../pipeline/live-run.ts';
import { parserOptionsOf, serverPortsOf } from '../pipeline/parser-options.ts';
import { storeSink } from '../pipeline/store-sink.ts';
import { renderLedger, renderReplayReport } from '../render/index.ts';
import { openForWriting } from '../stores/open.ts';

interface CaptureFlags extends SourceFlags, MirrorFlags {
  readonly store?: string;
  readonly out?: string;
  readonly where?: string;
  readonly duration?: number;
  readonly count?: number;
  readonly ledger?: string;
  readonly json?: boolean;
}

export function addSourceOptions(command: Command): Command {
  return command
    .option('-i, --interface <name>', 'interface to capture on, or any (default: any)')
    .option('-p, --port <port>', 'TCP port of the captured service; repeat or separate by commas', collectPorts)
    .option('--from <source>', "another source: - (a capture on standard input), a file, exec:'ssh host tcpdump -w - …'")
    .addOption(new Option('--engine <name>', 'how live packets are read').choices(['libpcap', 'cap']).default('libpcap'))
    .option('--duration <time>', 'stop after this long: 10s, 5m', parseDuration)
    .option('--count <n>', 'stop after this many exchanges', parseCount);
}

export function addCaptureCommand(program: Command, context: Context): void {
  const command = program
    .command('capture')
    .description('live traffic into the store, and into mirrors and files at once')
    .option('--store <folder>', 'the store to fill; made where it does not exist')
    .option('--out <file>', 'JSON lines into this file too')
    .option('--where <query>', 'keep only these exchanges')
    .option('--ledger <file>', 'write the ledger as JSON to this file')
    .option('--json', 'the ledger as JSON');
  addMirrorOptions(addSourceOptions(command)).action(async (flags: CaptureFlags) => capture(context, program, flags));
}

async function capture(context: Context, program: Command, flags: CaptureFlags): Promise<void> {
  const config = readConfig(program.opts().config, context.environment);
  const spec = captureSpecOf(flags, config);
  const takes = flags.where === undefined ? undefined : compileQuery(parseQuery(flags.where));
  const ports = portsOf(flags, config);
  const ledger = new Ledger();
  const source = openCaptureSource(spec);
  const live = source.capabilities.live;
  const mirrors = mirrorSinks(flags, ledger, context);
  const path = storePath(flags.store, config, context.environment);
  const kept: ExchangeSink[] = [storeSink(await openForWriting(path, context), ledger, { live })];
  if (flags.out !== undefined) kept.push(new LineSink(await openLineFile(flags.out)));
  const sinks = takes === undefined ? kept : kept.map((sink) => new FilteredSink(sink, takes, ledger));
  context.stderr.write(`capturing ${source.name} into ${path}${live ? '; Ctrl-C ends it' : ''}\n`);
  try {
    await runLive(
      source,
      {
        parser: parserOptionsOf(config),
        serverPorts: [...ports, ...serverPortsOf(config)],
        ports,
        ...(flags.duration === undefined ? {} : { durationMs: flags.duration }),
        ...(flags.count === undefined ? {} : { count: flags.count }),
      },
      [...sinks, ...mirrors],
      ledger,
      context,
    );
  } finally {
    const report = ledger.report();
    const replays = mirrors.flatMap((mirror) => (mirror.report === undefined ? [] : [mirror.report]));
    if (flags.json) context.stdout.write(`${JSON.stringify({ ...report, mirrors: replays })}\n`);
    else context.stdout.write(`${[renderLedger(report), ...replays.map(renderReplayReport)].join('\n')}\n`);
    await writeLedgerFile(flags.ledger, report);
  }
}
