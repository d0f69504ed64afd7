/** `--to`, `--copy-to` and how much of the traffic goes there. */
import type { Command } from 'commander';
import type { BytecopyError, Ledger, Millis, Query } from '../../core/index.ts';
import { compileQuery, namesContent, type QueryPredicate } from '../../core/index.ts';
import { queryViews } from '../../parser/index.ts';
import type { Config } from '../config/config.ts';
import type { Context } from '../context.ts';
import { MirrorSink } from '../pipeline/mirror-sink.ts';
import { parseDuration } from './duration.ts';
import { parsePercent, parseRate, parseTimes } from './number.ts';
import { addSendingOptions, type SendingFlags, sendingOptionsOf, sendingOptionsToAll } from './sending.ts';
import { addTargetOptions, type TargetFlags } from './targets.ts';
import { usageError } from './usage-error.ts';

/** What stays in memory until it is due has to be little. */
const MAX_DELAY_MS: Millis = 60_000;

export interface MirrorFlags extends SendingFlags, TargetFlags {
  readonly sample?: number;
  readonly times?: number;
  readonly qps?: number | 'max';
  readonly delay?: Millis;
}

export function addMirrorOptions(command: Command): Command {
  command.optionsGroup('Mirror:');
  addTargetOptions(command)
    .option(
      '--sample <share>',
      'mirror this share of the traces, or of the flows where there is no trace id: 10%',
      parsePercent,
    )
    .option('--times <n>', 'send each request n times; 3.5 sends every second one a fourth time', parseTimes)
    .option('--qps <n>', 'mirror at most n requests a second', parseRate)
    .option('--delay <time>', 'send this long after the request ended in the capture (default: 5ms)', parseDelay);
  return addSendingOptions(command);
}

export interface MirrorPlan {
  readonly where: Query | undefined;
  readonly ledger: Ledger;
  readonly config: Config;
  /** A mirror that refuses its target says so at once. */
  readonly onRefused: (error: BytecopyError) => void;
}

/**
 * One started mirror for all of `--to`, one for each of `--copy-to`.
 *
 * @throws BytecopyError `USAGE`, `TLS_FILE_INVALID`, `REPLAY_OPTIONS_INVALID`, `REPLAY_TARGET_INVALID` (exit code 2),
 *   `REPLAY_TARGET_UNKNOWN`
 */
export async function startMirrors(flags: MirrorFlags, plan: MirrorPlan, context: Context): Promise<MirrorSink[]> {
  const sinks: MirrorSink[] = [];
  if (flags.to === undefined && flags.copyTo === undefined) return sinks;
  const accepts = plan.where === undefined ? undefined : requestPredicate(plan.where);
  const destinations = destinationsOf(flags, plan.config);
  // Loaded where it is used: a capture without mirrors starts sooner.
  const { Mirror } = await import('../../emitter/index.ts');
  for (const { name, sending } of destinations) {
    const mirror = new Mirror(
      {
        ...sending,
        // Live, a write cannot be asked about: without a word it stays behind, and the ledger says so.
        writes: sending.writes === 'undecided' ? 'skip' : sending.writes,
        ...(flags.clientAddress === undefined ? {} : { clientAddress: flags.clientAddress }),
        ...(flags.times === undefined ? {} : { times: flags.times }),
        ...(flags.delay === undefined ? {} : { delayMs: flags.delay }),
        ...(flags.sample === undefined ? {} : { samplePercent: flags.sample }),
        ...(typeof flags.qps === 'number' ? { maxPerSecond: flags.qps } : {}),
      },
      {
        clock: context.clock,
        ledger: plan.ledger,
        onRefused: plan.onRefused,
        ...(accepts === undefined ? {} : { accepts }),
      },
    );
    await mirror.start();
    sinks.push(new MirrorSink(`mirror to ${name}`, mirror));
    const writes = sending.writes === 'allow' ? 'writes too' : 'reads only (--allow-writes sends writes too)';
    context.stderr.write(`mirroring to ${name}: ${writes}\n`);
  }
  return sinks;
}

/** @throws BytecopyError `USAGE` (exit code 2) for conditions on what is not there yet */
function requestPredicate(where: Query): QueryPredicate {
  if (!namesContent(where, 'response')) return compileQuery(where, queryViews());
  throw usageError(
    'a mirror sends requests before they are answered: --where names headers or bodies of answers',
    'leave out response.body and response.header',
  );
}

/** Several of `--to` are one pool, as in a replay. */
function destinationsOf(flags: MirrorFlags, config: Config) {
  const { to = [], copyTo = [] } = flags;
  const urls = to.map((target) => target.to);
  const all = [...urls, ...copyTo];
  const alone = (url: string) => ({ name: url, sending: sendingOptionsOf(flags, url, config, all) });
  const pooled = () => ({
    name: urls.join(', '),
    sending: {
      ...sendingOptionsToAll(flags, urls, config),
      targets: { pools: [{ name: 'targets', targets: [...to] }] },
    },
  });
  const [first] = to;
  const split = first === undefined ? [] : [to.length === 1 && first.weight > 0 ? alone(first.to) : pooled()];
  return [...split, ...copyTo.map(alone)];
}

/** @throws BytecopyError `USAGE` (exit code 2) */
function parseDelay(text: string): Millis {
  const millis = parseDuration(text);
  if (millis <= MAX_DELAY_MS) return millis;
  throw usageError(`"${text}" is too long a delay`, 'write 60s at most');
}
