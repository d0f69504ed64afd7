import type { Command } from 'commander';
import { groupsOf } from '../../store/index.ts';
import { readConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { openSealing } from '../keys/index.ts';
import { openMasking } from '../masking/index.ts';
import { addLedgerOptions, type LedgerFlags } from '../options/ledger.ts';
import { addMaskingOptions, type MaskingFlags } from '../options/masking.ts';
import { collectPorts } from '../options/number.ts';
import { addReadingOptions, type ReadingFlags, withReading } from '../options/reading.ts';
import { retentionOf } from '../options/retention.ts';
import { storeOption } from '../options/store.ts';
import { RunLedger } from '../output/run-ledger.ts';
import { RECORDING_FORMATS, readFiles } from '../pipeline/read-files.ts';
import { lazyStoreSink, storeSink } from '../pipeline/store-sink.ts';
import { indexAccount } from '../stores/index-account.ts';
import { openExistingForWriting, openForWriting } from '../stores/open.ts';
import { storePlace } from '../stores/place.ts';

interface ImportFlags extends LedgerFlags, ReadingFlags, MaskingFlags {
  readonly store?: string;
  readonly port?: number[];
}

export function addImportCommand(program: Command, context: Context): void {
  const command = program
    .command('import')
    .description('capture files into the store, through the same stages as live traffic')
    .argument('<file...>', `${RECORDING_FORMATS}, gzipped too; - is standard input`)
    .addOption(storeOption('to fill, made where it does not exist'))
    .option('-p, --port <port>', "servers' ports, where the file does not show who called", collectPorts)
    .option('--json', 'the ledger as JSON');
  addMaskingOptions(addReadingOptions(addLedgerOptions(command))).action(
    async (files: string[], flags: ImportFlags) => {
      const config = withReading(await readConfig(program.opts().config, context.environment), flags);
      const run = new RunLedger(flags, config);
      const place = storePlace({ ...program.opts(), ...flags }, config, context.environment);
      const masking = await openMasking({ ...program.opts(), ...flags }, config, context);
      const sealing = await openSealing(program.opts(), config, context);
      const deps = {
        groupOf: groupsOf(retentionOf({}, config).groups),
        onIndexMoved: indexAccount(run.ledger),
      };
      const existing = await openExistingForWriting(place, context, deps);
      // A new one is made when there is something to keep: a file that cannot be read leaves no empty store behind.
      const sink =
        existing === undefined
          ? lazyStoreSink(() => openForWriting(place, context, deps), run.ledger)
          : storeSink(existing, run.ledger, { live: false });
      try {
        await readFiles(
          { files, ports: flags.port ?? [], config },
          masking.inFrontOf(sealing.inFrontOf([sink])),
          run,
          context,
        );
      } finally {
        const kept = run.ledger.account('store', 'written').aside('dropped') === 0;
        const { accounts } = run.ledger.report();
        const wasRead = (accounts.packets?.in ?? 0) + (accounts.records?.in ?? 0) > 0;
        const into = kept && wasRead ? `into ${place.name}; ${sealing.words}${masking.words}\n` : '';
        context.stdout.write(`${flags.json ? JSON.stringify(run.report()) : `${into}${run.text()}`}\n`);
        await run.writeFile();
      }
      if (!context.interrupted.aborted) run.requireCompleteness();
    },
  );
}
