import type { Command } from 'commander';
import { Ledger } from '../../core/index.ts';
import { readConfig, storePath } from '../config/config.ts';
import type { Context } from '../context.ts';
import { collectPorts } from '../options/number.ts';
import { writeLedgerFile } from '../output/ledger-file.ts';
import { readFiles } from '../pipeline/read-files.ts';
import { storeSink } from '../pipeline/store-sink.ts';
import { renderLedger } from '../render/ledger.ts';
import { openForWriting } from '../stores/open.ts';

interface ImportFlags {
  readonly store?: string;
  readonly port?: number[];
  readonly ledger?: string;
  readonly json?: boolean;
}

export function addImportCommand(program: Command, context: Context): void {
  program
    .command('import')
    .description('capture files into the store, through the same stages as live traffic')
    .argument('<file...>', 'pcap or pcapng, gzipped too; - is standard input')
    .option('--store <folder>', 'the store to fill; made where it does not exist')
    .option('-p, --port <port>', "servers' ports, where the file does not show who called", collectPorts)
    .option('--ledger <file>', 'write the ledger as JSON to this file')
    .option('--json', 'the ledger as JSON')
    .action(async (files: string[], flags: ImportFlags) => {
      const config = await readConfig(program.opts().config, context.environment);
      const ledger = new Ledger();
      const path = storePath(flags.store, config, context.environment);
      const sink = storeSink(await openForWriting(path, context), ledger, { live: false });
      try {
        await readFiles({ files, ports: flags.port ?? [], config }, [sink], ledger, context);
      } finally {
        const report = ledger.report();
        context.stdout.write(`${flags.json ? JSON.stringify(report) : `into ${path}\n${renderLedger(report)}`}\n`);
        await writeLedgerFile(flags.ledger, report);
      }
    });
}
