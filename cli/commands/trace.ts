import type { Command } from 'commander';
import { BytecopyError, type Exchange, SeenViews } from '../../core/index.ts';
import { formatExchangeLine } from '../../formats/index.ts';
import { readConfig } from '../config/config.ts';
import type { Context } from '../context.ts';
import { addRecordingOption, type RecordingFlags } from '../options/recording.ts';
import { storeOption } from '../options/store.ts';
import { renderTraceTree } from '../render/index.ts';
import { openForReading } from '../stores/open.ts';
import { storePlace } from '../stores/place.ts';

interface TraceFlags extends RecordingFlags {
  readonly store?: string;
  readonly json?: boolean;
  readonly bothViews?: boolean;
}

export function addTraceCommand(program: Command, context: Context): void {
  addRecordingOption(program.command('trace'))
    .description('every exchange of a trace, as a tree')
    .argument('<id>', 'trace id')
    .addOption(storeOption('to look in'))
    .option('--json', 'JSON lines, in time order')
    .option('--both-views', 'with --json: calls that were captured at both ends twice, as they are stored')
    .action(async (id: string, flags: TraceFlags) => {
      const config = await readConfig(program.opts().config, context.environment);
      const store = await openForReading(
        storePlace({ ...program.opts(), ...flags }, config, context.environment),
        context,
      );
      try {
        const exchanges = await store.trace(id);
        if (exchanges.length === 0) {
          throw new BytecopyError('TRACE_NOT_FOUND', `no exchange of trace ${id} in this store`, {
            hint: 'bytecopy find --json prints trace ids; other headers that carry one go under traceHeaders in the config',
          });
        }
        const text = flags.json ? linesOf(exchanges, flags.bothViews === true) : renderTraceTree(exchanges);
        context.stdout.write(`${text}\n`);
      } finally {
        await store.close();
      }
    });
}

function linesOf(exchanges: readonly Exchange[], bothViews: boolean): string {
  const seen = new SeenViews();
  const shown = bothViews ? exchanges : exchanges.filter(({ id }) => !seen.isRepeated(id));
  return shown.map(formatExchangeLine).join('\n');
}
