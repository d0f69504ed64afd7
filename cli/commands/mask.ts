import type { Command } from 'commander';
import { BytecopyError, type Exchange } from '../../core/index.ts';
import { type Config, readConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { openMasker } from '../masking/index.ts';
import { MaskPreview } from '../masking/mask-preview.ts';
import { collectPorts, parseCount } from '../options/number.ts';
import { addReadingOptions, type ReadingFlags, withReading } from '../options/reading.ts';
import { addRecordingOption, type RecordingFlags } from '../options/recording.ts';
import { selectionOf } from '../options/selection.ts';
import { storeOption } from '../options/store.ts';
import { predicateOf } from '../options/where.ts';
import { RunLedger } from '../output/run-ledger.ts';
import type { ExchangeSink } from '../pipeline/exchange-sink.ts';
import { readFiles } from '../pipeline/read-files.ts';
import { openForReading } from '../stores/open.ts';
import { storePlace } from '../stores/place.ts';

interface MaskFlags extends ReadingFlags, RecordingFlags {
  readonly maskRules?: string;
  readonly raw?: boolean;
  readonly where?: string;
  readonly sample?: number;
  readonly store?: string;
  readonly port?: number[];
  readonly json?: boolean;
}

const DEFAULT_SAMPLE = 1_000;

export function addMaskCommand(program: Command, context: Context): void {
  const command = program
    .command('mask')
    .description(
      'what masking rules would do to captures, or to the store: hits and what would be left out; writes nothing',
    )
    .argument('[file...]', 'captures and recordings, as import takes them; the store where none is named')
    .option('--mask-rules <file>', 'the rules to try (default: masking in the config file)')
    .option('--raw', 'as if what cannot be read were kept')
    .option('--sample <n>', `exchanges looked at (default: ${DEFAULT_SAMPLE})`, parseCount)
    .option('--where <query>', 'only these exchanges')
    .addOption(storeOption('to look at'))
    .option('-p, --port <port>', "servers' ports, where the file does not show who called", collectPorts)
    .option('--json', 'the report as JSON');
  addReadingOptions(addRecordingOption(command)).action((files: string[], flags: MaskFlags) =>
    mask(context, program, files, flags),
  );
}

async function mask(context: Context, program: Command, files: readonly string[], flags: MaskFlags): Promise<void> {
  const config = withReading(await readConfig(program.opts().config, context.environment), flags);
  const maskFlags = {
    ...program.opts(),
    ...(flags.maskRules === undefined ? {} : { maskRules: flags.maskRules }),
    ...(flags.raw === undefined ? {} : { raw: flags.raw }),
  };
  const opened = await openMasker(maskFlags, config, context);
  if (opened === undefined) {
    throw new BytecopyError('USAGE', 'there are no masking rules', {
      hint: '--mask-rules names a file of them; the key masking of the config file holds them too',
      exitCode: 2,
    });
  }
  const preview = new MaskPreview(opened, flags.sample ?? DEFAULT_SAMPLE);
  if (files.length === 0) await fromStore(preview, flags, config, program, context);
  else await fromFiles(preview, files, flags, config, context);
  context.stdout.write(`${flags.json ? JSON.stringify(preview.report()) : preview.text()}\n`);
}

async function fromStore(
  preview: MaskPreview,
  flags: MaskFlags,
  config: Config,
  program: Command,
  context: Context,
): Promise<void> {
  const store = await openForReading(storePlace({ ...program.opts(), ...flags }, config, context.environment), context);
  try {
    const selection = selectionOf(flags.where ?? '', {}, context.clock.now());
    for await (const page of store.find({ ...selection, limit: preview.left })) {
      for (const exchange of page) preview.add(exchange);
    }
  } finally {
    await store.close();
  }
}

async function fromFiles(
  preview: MaskPreview,
  files: readonly string[],
  flags: MaskFlags,
  config: Config,
  context: Context,
): Promise<void> {
  const takes = predicateOf(flags.where, context.clock.now());
  const sink: ExchangeSink = {
    name: 'preview',
    exchange: (exchange: Exchange) => {
      if (preview.left > 0 && (takes === undefined || takes(exchange))) preview.add(exchange);
    },
    finish: async () => {},
  };
  await readFiles({ files, ports: flags.port ?? [], config }, [sink], new RunLedger({}, config), context);
}
