import { type Command, Option } from 'commander';
import { BytecopyError, type Exchange, type Selection } from '../../core/index.ts';
import type { SecretCutter } from '../../parser/index.ts';
import { EXPORT_FORMATS, type ExportFormat, exchangeWriter } from '../../store/index.ts';
import { type Config, readConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { writeExport } from '../export/export-file.ts';
import { type ExportReport, renderExportReport } from '../export/export-report.ts';
import { withSecrets } from '../export/with-secrets.ts';
import { findKeys, hidingCutter, keyFilePath, recordAudit } from '../keys/index.ts';
import { parseCount } from '../options/number.ts';
import { addRecordingOption, type RecordingFlags } from '../options/recording.ts';
import { selectionOf } from '../options/selection.ts';
import { storeOption } from '../options/store.ts';
import { findDistinct } from '../stores/distinct-views.ts';
import { openForReading } from '../stores/open.ts';
import { storePlace } from '../stores/place.ts';

interface ExportFlags extends RecordingFlags {
  readonly as?: ExportFormat;
  readonly output?: string;
  readonly store?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
  readonly bothViews?: boolean;
  readonly withSecrets?: boolean;
  readonly json?: boolean;
}

const BY_ENDING: Readonly<Record<string, ExportFormat>> = {
  pcapng: 'pcapng',
  gor: 'gor',
  har: 'har',
  jsonl: 'jsonl',
  pb: 'protobuf',
  protobuf: 'protobuf',
};

/** Bytes handed on at once. */
const GATHERED_BYTES = 256 * 1024;

export function addExportCommand(program: Command, context: Context): void {
  addRecordingOption(program.command('export'))
    .description('exchanges of the store to a file that other tools read')
    .argument('[query]', "which exchanges, as find takes it; '' is everything", '')
    .addOption(new Option('--as <format>', 'format (default: by the ending of the file)').choices(EXPORT_FORMATS))
    .option('-o, --output <file>', 'file to write, gzipped where it ends in .gz (default: standard output)')
    .addOption(storeOption('to read'))
    .option('--since <time>', 'from here on: 15m, 2h, 2026-11-21T10:00Z')
    .option('--until <time>', 'before this time')
    .option('--limit <n>', 'most exchanges written', parseCount)
    .option('--both-views', 'calls that were captured at both ends twice, as they are stored')
    .option('--with-secrets', 'write credentials instead of placeholders; the audit log keeps that')
    .option('--json', 'the report as JSON')
    .action(async (query: string, flags: ExportFlags) => exportTo(context, program, query, flags));
}

async function exportTo(context: Context, program: Command, query: string, flags: ExportFlags): Promise<void> {
  const format = flags.as ?? formatOf(flags.output);
  if (flags.output === undefined && context.stdout.isTTY) {
    throw new BytecopyError('USAGE', 'an export is not for a terminal', { hint: 'name a file with -o', exitCode: 2 });
  }
  const config = await readConfig(program.opts().config, context.environment);
  const selection = selectionOf(query, flags, context.clock.now());
  const store = await openForReading(storePlace({ ...program.opts(), ...flags }, config, context.environment), context);
  const run = new ExportRun(format, program.version() ?? '');
  try {
    const asked: Selection = flags.limit === undefined ? selection : { ...selection, limit: flags.limit };
    const stored = flags.bothViews ? store.find(asked) : findDistinct(store, asked).pages;
    const pages = await readable(stored, run, query, flags, program, config, context);
    await writeExport(run.pieces(pages, context), flags.output, context.stdout);
  } finally {
    await store.close();
  }
  const report = run.report();
  const text = flags.json ? JSON.stringify(report) : renderExportReport(report, flags.output ?? 'standard output');
  (flags.output === undefined ? context.stderr : context.stdout).write(`${text}\n`);
  if (context.interrupted.aborted) context.exitCode = 130;
}

/** The pages as they are written: with placeholders, unless secrets are asked for. */
async function readable(
  pages: AsyncIterable<readonly Exchange[]>,
  run: ExportRun,
  query: string,
  flags: ExportFlags,
  program: Command,
  config: Config,
  context: Context,
): Promise<AsyncIterable<readonly Exchange[]>> {
  if (flags.withSecrets !== true) return run.withPlaceholders(pages, await hidingCutter(config));
  const found = await findKeys(program.opts(), config, context);
  const path = found?.path ?? keyFilePath(program.opts(), config, context.environment);
  const opener = { ring: found?.ring, path, otherwise: 'without --with-secrets placeholders are written' };
  return withSecrets(pages, opener, (keyId) =>
    recordAudit(path, { at: context.clock.now(), command: 'export', query, keys: [keyId] }),
  );
}

function formatOf(output: string | undefined): ExportFormat {
  const ending = /\.([a-z]+)(?:\.gz)?$/i.exec(output ?? '')?.[1]?.toLowerCase() ?? '';
  const format = BY_ENDING[ending];
  if (format !== undefined) return format;
  throw new BytecopyError('USAGE', output === undefined ? 'a format is missing' : `${output} does not tell a format`, {
    hint: `name one: --as ${EXPORT_FORMATS.join(', ')}, or an ending: ${Object.keys(BY_ENDING).join(', ')}`,
    exitCode: 2,
  });
}

class ExportRun {
  readonly #format: ExportFormat;
  readonly #version: string;
  readonly #leftOut = new Map<string, number>();
  #found = 0;
  #exported = 0;
  #sealed = 0;
  #masked = 0;
  #bytes = 0;
  #loses = '';
  #interrupted = false;

  constructor(format: ExportFormat, version: string) {
    this.#format = format;
    this.#version = version;
  }

  /** Secrets that were never sealed are hidden like those that were. */
  async *withPlaceholders(
    pages: AsyncIterable<readonly Exchange[]>,
    cutter: SecretCutter,
  ): AsyncGenerator<readonly Exchange[]> {
    for await (const page of pages) {
      yield page.map((exchange) => {
        const hidden = cutter.cut(exchange);
        if (hidden !== exchange || exchange.sealed.length > 0) this.#sealed++;
        return hidden;
      });
    }
  }

  /** An interrupted export ends as a whole file of what came before. */
  async *pieces(
    pages: AsyncIterable<readonly Exchange[]>,
    context: Pick<Context, 'interrupted'>,
  ): AsyncGenerator<Uint8Array> {
    const writer = exchangeWriter(this.#format, this.#version);
    this.#loses = writer.loses;
    let gathered: Uint8Array[] = [toBytes(writer.start())];
    let gatheredBytes = 0;
    for await (const page of pages) {
      for (const exchange of page) {
        this.#found++;
        const written = writer.add(exchange);
        if (typeof written === 'object' && 'leftOut' in written) {
          this.#leftOut.set(written.leftOut, (this.#leftOut.get(written.leftOut) ?? 0) + 1);
          continue;
        }
        this.#exported++;
        if (exchange.masked.length > 0) this.#masked++;
        const bytes = toBytes(written);
        gathered.push(bytes);
        gatheredBytes += bytes.length;
      }
      if (gatheredBytes >= GATHERED_BYTES) {
        yield this.#counted(gathered);
        gathered = [];
        gatheredBytes = 0;
      }
      if (context.interrupted.aborted) {
        this.#interrupted = true;
        break;
      }
    }
    yield this.#counted([...gathered, toBytes(writer.end())]);
  }

  report(): ExportReport {
    return {
      format: this.#format,
      found: this.#found,
      exported: this.#exported,
      leftOut: Object.fromEntries(this.#leftOut),
      sealed: this.#sealed,
      masked: this.#masked,
      bytes: this.#bytes,
      loses: this.#loses,
      interrupted: this.#interrupted,
    };
  }

  #counted(pieces: readonly Uint8Array[]): Uint8Array {
    const bytes = Buffer.concat(pieces);
    this.#bytes += bytes.length;
    return bytes;
  }
}

function toBytes(piece: Uint8Array | string): Uint8Array {
  return typeof piece === 'string' ? Buffer.from(piece) : piece;
}
