import type { Command } from 'commander';
import { compileQuery, Ledger, parseQuery } from '../../core/index.ts';
import { readConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { collectPorts } from '../options/number.ts';
import { writeLedgerFile } from '../output/ledger-file.ts';
import type { ExchangeSink } from '../pipeline/exchange-sink.ts';
import { FilteredSink } from '../pipeline/filtered-sink.ts';
import { LineSink } from '../pipeline/line-sink.ts';
import { readFiles } from '../pipeline/read-files.ts';
import { renderLedger } from '../render/ledger.ts';

interface ParseFlags {
  readonly port?: number[];
  readonly summary?: boolean;
  readonly where?: string;
  readonly ledger?: string;
  readonly json?: boolean;
}

export function addParseCommand(program: Command, context: Context): void {
  program
    .command('parse')
    .description('capture files to exchanges: JSON lines on standard output, the ledger on standard error')
    .argument('<file...>', 'pcap or pcapng, gzipped too; - is standard input')
    .option('-p, --port <port>', "servers' ports, where the file does not show who called", collectPorts)
    .option('--summary', 'the ledger only')
    .option('--where <query>', 'only these exchanges')
    .option('--ledger <file>', 'write the ledger as JSON to this file')
    .option('--json', 'with --summary: the ledger as JSON')
    .action(async (files: string[], flags: ParseFlags) => {
      const config = await readConfig(program.opts().config, context.environment);
      const ledger = new Ledger();
      const lines = new LineSink(context.stdout);
      const takes = flags.where === undefined ? undefined : compileQuery(parseQuery(flags.where));
      const sink: ExchangeSink = takes === undefined ? lines : new FilteredSink(lines, takes, ledger);
      try {
        await readFiles({ files, ports: flags.port ?? [], config }, flags.summary ? [] : [sink], ledger, context);
      } finally {
        const report = ledger.report();
        if (!flags.summary) context.stderr.write(`${renderLedger(report)}\n`);
        else context.stdout.write(`${flags.json ? JSON.stringify(report) : renderLedger(report)}\n`);
        await writeLedgerFile(flags.ledger, report);
      }
    });
}
