import type { Command } from 'commander';
import {
  EVERYTHING,
  type Exchange,
  type ExchangeStore,
  formatIsoTime,
  type Micros,
  namesContent,
  parseExchangeId,
  type ScanReport,
  type Selection,
} from '../../core/index.ts';
import { formatExchangeLine } from '../../formats/index.ts';
import { readConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { parseDuration } from '../options/duration.ts';
import { parseCount } from '../options/number.ts';
import { addRecordingOption, type RecordingFlags } from '../options/recording.ts';
import { selectionOf } from '../options/selection.ts';
import { storeOption } from '../options/store.ts';
import { usageError } from '../options/usage-error.ts';
import { TextOutput } from '../output/text-output.ts';
import { renderExchangeRow, renderExchangeRowHeader, renderScanReport, renderTimeHistogram } from '../render/index.ts';
import { findDistinct } from '../stores/distinct-views.ts';
import { openForReading } from '../stores/open.ts';
import { storePlace } from '../stores/place.ts';

/** On a terminal more rows than this help nobody. */
const TERMINAL_ROWS = 50;

interface FindFlags extends RecordingFlags {
  readonly store?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
  readonly newest?: boolean;
  readonly after?: string;
  readonly bothViews?: boolean;
  readonly count?: boolean;
  readonly histogram?: Micros;
  readonly json?: boolean;
}

export function addFindCommand(program: Command, context: Context): void {
  addRecordingOption(program.command('find'))
    .description('search the store, in time order')
    .argument('[query]', "Lucene syntax: service:catalogue AND latency:>200ms; '' is everything", '')
    .addOption(storeOption('to search'))
    .option('--since <time>', 'from here on: 15m, 2h, 2026-11-21T10:00Z')
    .option('--until <time>', 'before this time')
    .option('--limit <n>', `most exchanges printed (on a terminal ${TERMINAL_ROWS}, otherwise all)`, parseCount)
    .option('--newest', 'newest first')
    .option('--after <id>', 'go on behind this exchange, the last one of the page before')
    .option('--both-views', 'calls that were captured at both ends twice, as they are stored')
    .option('--count', 'how many there are')
    .option('--histogram <time>', 'how many there are in each minute (1m), second (1s), …', parseInterval)
    .option('--json', 'JSON lines')
    .addHelpText('after', '\nbytecopy fields lists what a query can name.')
    .action(async (query: string, flags: FindFlags) => find(context, program, query, flags));
}

async function find(context: Context, program: Command, query: string, flags: FindFlags): Promise<void> {
  const config = await readConfig(program.opts().config, context.environment);
  const selection: Selection = {
    ...selectionOf(query, flags, context.clock.now()),
    ...(flags.after === undefined ? {} : { after: parseExchangeId(flags.after) }),
  };
  if (flags.count && flags.histogram !== undefined)
    throw usageError('--count and --histogram ask twice', 'use one of them');
  if ((flags.count || flags.histogram !== undefined) && flags.limit !== undefined) {
    throw usageError(
      '--limit bounds what is printed, and a count prints nothing',
      'leave it out; --since and --until bound what is counted',
    );
  }
  const store = await openForReading(storePlace({ ...program.opts(), ...flags }, config, context.environment), context);
  try {
    if (flags.histogram !== undefined) await histogram(context, store, selection, flags.histogram, flags);
    else if (flags.count) await count(context, store, selection, flags);
    else await list(context, store, selection, flags);
  } finally {
    await store.close();
  }
}

async function list(context: Context, store: ExchangeStore, selection: Selection, flags: FindFlags): Promise<void> {
  const limit = flags.limit ?? (context.stdout.isTTY && !flags.json ? TERMINAL_ROWS : undefined);
  const output = new TextOutput(context.stdout);
  const { pages, read } = search(store, { ...selection, ...(limit === undefined ? {} : { limit: limit + 1 }) }, flags);
  let printed = 0;
  let more = false;
  for await (const page of pages) {
    for (const exchange of page) {
      if (limit !== undefined && printed === limit) {
        more = true;
        break;
      }
      if (printed === 0 && !flags.json) output.line(renderExchangeRowHeader());
      output.line(flags.json ? formatExchangeLine(exchange) : renderExchangeRow(exchange));
      printed++;
    }
    await output.room();
    if (context.interrupted.aborted) break;
  }
  await output.finish();
  if (context.interrupted.aborted) {
    context.exitCode = 130;
    return;
  }
  if (printed === 0 && !flags.json) context.stderr.write('nothing found\n');
  else if (more && flags.limit === undefined) context.stderr.write(`… more than ${limit}; --limit N shows more\n`);
  report(context, printed, read(), selection);
}

async function count(context: Context, store: ExchangeStore, selection: Selection, flags: FindFlags): Promise<void> {
  const { pages, read } = search(store, selection, flags);
  let found = 0;
  for await (const page of pages) {
    found += page.length;
    if (context.interrupted.aborted) {
      context.exitCode = 130;
      return;
    }
  }
  context.stdout.write(flags.json ? `${JSON.stringify({ exchanges: found })}\n` : `${found}\n`);
  report(context, found, read(), selection);
}

async function histogram(
  context: Context,
  store: ExchangeStore,
  selection: Selection,
  intervalMicros: Micros,
  flags: FindFlags,
): Promise<void> {
  const told = await store.histogram(selection, intervalMicros);
  const output = new TextOutput(context.stdout);
  if (flags.json) {
    for (const { from, exchanges } of told.counts) {
      output.line(JSON.stringify({ from: formatIsoTime(from), exchanges, exact: told.exact }));
      await output.room();
    }
  } else if (told.counts.length > 0) {
    output.line(renderTimeHistogram(told, intervalMicros));
  }
  await output.finish();
  if (flags.json) return;
  if (told.counts.length === 0) context.stderr.write('nothing found\n');
  else if (!told.exact) context.stderr.write('at most so many, told without reading; --count counts them\n');
}

interface Found {
  readonly pages: AsyncIterable<readonly Exchange[]>;
  readonly read: () => ScanReport | undefined;
}

function search(store: ExchangeStore, selection: Selection, { bothViews }: FindFlags): Found {
  if (!bothViews) return findDistinct(store, selection);
  let told: ScanReport | undefined;
  const onScanned = (report: ScanReport): void => {
    told = report;
  };
  return { pages: store.find(selection, onScanned), read: () => told };
}

/** For people: what the search cost. */
function report(
  context: Context,
  found: number,
  read: ScanReport | undefined,
  { where = EVERYTHING }: Selection,
): void {
  if (context.stderr.isTTY) context.stderr.write(`${renderScanReport(found, read, namesContent(where))}\n`);
}

/** @throws BytecopyError `USAGE` (exit code 2) */
function parseInterval(text: string): Micros {
  const micros = Math.round(parseDuration(text) * 1000);
  if (micros >= 1000) return micros;
  throw usageError(`"${text}" is too short for bars`, 'write 1ms at least: 1s, 1m, 1h');
}
