import type { Command } from 'commander';
import type { Exchange } from '../../core/index.ts';
import { type Config, readConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { openMasking } from '../masking/index.ts';
import { addIdlOption, type IdlFlags, idlFiles } from '../options/idl.ts';
import { addLedgerOptions, type LedgerFlags } from '../options/ledger.ts';
import { addMaskingOptions, type MaskingFlags } from '../options/masking.ts';
import { collectPorts } from '../options/number.ts';
import { addReadingOptions, type ReadingFlags, withReading } from '../options/reading.ts';
import { predicateOf } from '../options/where.ts';
import { RunLedger } from '../output/run-ledger.ts';
import type { ExchangeSink } from '../pipeline/exchange-sink.ts';
import { FilteredSink } from '../pipeline/filtered-sink.ts';
import { LineSink } from '../pipeline/line-sink.ts';
import { readFiles } from '../pipeline/read-files.ts';

interface ParseFlags extends LedgerFlags, ReadingFlags, IdlFlags, MaskingFlags {
  readonly port?: number[];
  readonly summary?: boolean;
  readonly where?: string;
  readonly full?: boolean;
  readonly withSecrets?: boolean;
}

export function addParseCommand(program: Command, context: Context): void {
  const command = program
    .command('parse')
    .description('capture files to exchanges: JSON lines on standard output, the ledger on standard error')
    .argument(
      '<file...>',
      'pcap, pcapng, .gor, HAR, JSON lines or protobuf of export, gzipped too; - is standard input',
    )
    .option('-p, --port <port>', "servers' ports, where the file does not show who called", collectPorts)
    .option('--summary', 'the ledger only')
    .option('--where <query>', 'only these exchanges')
    .option('--full', 'with heads and bodies, as show --json prints an exchange')
    .option('--with-secrets', 'with --full: credentials instead of placeholders')
    .option('--json', 'with --summary: the ledger as JSON');
  addIdlOption(command, 'with --full: ');
  addMaskingOptions(addReadingOptions(addLedgerOptions(command))).action(async (files: string[], flags: ParseFlags) => {
    const config = withReading(await readConfig(program.opts().config, context.environment), flags);
    const run = new RunLedger(flags, config);
    const lines = new LineSink(context.stdout, flags.full ? await fullDocuments(flags, config) : undefined);
    const takes = predicateOf(flags.where, context.clock.now());
    const masking = await openMasking({ ...program.opts(), ...flags }, config, context);
    const sink: ExchangeSink = takes === undefined ? lines : new FilteredSink(lines, takes, run.ledger);
    try {
      await readFiles(
        { files, ports: flags.port ?? [], config },
        flags.summary ? [] : masking.inFrontOf([sink]),
        run,
        context,
      );
    } finally {
      if (!flags.summary) context.stderr.write(`${run.text()}\n`);
      else context.stdout.write(`${flags.json ? JSON.stringify(run.report()) : run.text()}\n`);
      await run.writeFile();
    }
    if (!context.interrupted.aborted) run.requireCompleteness();
  });
}

/** Loaded only where asked for: it is more code than all else that parsing needs. */
async function fullDocuments(flags: ParseFlags, config: Config): Promise<(exchange: Exchange) => string> {
  const { renderExchangeDocument } = await import('../render/exchange-document.ts');
  const { loadIdl } = await import('../idl/load-idl.ts');
  const names = await loadIdl(idlFiles(flags, config));
  if (flags.withSecrets) return (exchange) => renderExchangeDocument(exchange, true, names);
  const { SecretCutter } = await import('../../parser/index.ts');
  const cutter = new SecretCutter({ ...config.secrets, idl: names });
  return (exchange) => renderExchangeDocument(cutter.cut(exchange), false, names);
}
