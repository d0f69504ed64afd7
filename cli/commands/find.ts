import type { Command } from 'commander';
import { formatExchangeLine } from '../../formats/index.ts';
import { readConfig, storePath } from '../config/config.ts';
import type { Context } from '../context.ts';
import { parseCount } from '../options/number.ts';
import { selectionOf } from '../options/selection.ts';
import { TextOutput } from '../output/text-output.ts';
import { renderExchangeRow, renderExchangeRowHeader } from '../render/index.ts';
import { openForReading } from '../stores/open.ts';

/** On a terminal more rows than this help nobody. */
const TERMINAL_ROWS = 50;

interface FindFlags {
  readonly store?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
  readonly newest?: boolean;
  readonly json?: boolean;
}

export function addFindCommand(program: Command, context: Context): void {
  program
    .command('find')
    .description('search the store, in time order')
    .argument('[query]', "Lucene syntax: service:catalogue AND status:>=500; '' is everything", '')
    .option('--store <folder>', 'the store to search')
    .option('--since <time>', 'from here on: 15m, 2h, 2026-11-21T10:00Z')
    .option('--until <time>', 'before this time')
    .option('--limit <n>', `most exchanges printed (on a terminal ${TERMINAL_ROWS}, otherwise all)`, parseCount)
    .option('--newest', 'newest first')
    .option('--json', 'JSON lines')
    .action(async (query: string, flags: FindFlags) => find(context, program, query, flags));
}

async function find(context: Context, program: Command, query: string, flags: FindFlags): Promise<void> {
  const config = await readConfig(program.opts().config, context.environment);
  const selection = selectionOf(query, flags, context.clock.now());
  const store = await openForReading(storePath(flags.store, config, context.environment), context);
  const limit = flags.limit ?? (context.stdout.isTTY && !flags.json ? TERMINAL_ROWS : undefined);
  const output = new TextOutput(context.stdout);
  let printed = 0;
  let more = false;
  try {
    for await (const page of store.find({ ...selection, ...(limit === undefined ? {} : { limit: limit + 1 }) })) {
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
      if (more || context.interrupted.aborted) break;
    }
    await output.finish();
  } finally {
    await store.close();
  }
  if (context.interrupted.aborted) context.exitCode = 130;
  else if (printed === 0 && !flags.json) context.stderr.write('nothing found\n');
  else if (more && flags.limit === undefined) context.stderr.write(`… more than ${limit}; --limit N shows more\n`);
}
