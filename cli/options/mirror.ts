/** `--to`, `--copy-to` and how much of the traffic goes there. */
import type { Command } from 'commander';
import type { BytecopyError, Ledger, Query } from '../../core/index.ts';
import { compileQuery } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { MirrorSink } from '../pipeline/mirror-sink.ts';
import { parsePercent, parseRate } from './number.ts';
import { addSendingOptions, type SendingFlags, sendingOptionsOf } from './sending.ts';

export interface MirrorFlags extends SendingFlags {
  readonly to?: string;
  readonly copyTo?: string[];
  readonly sample?: number;
  readonly qps?: number | 'max';
}

export function addMirrorOptions(command: Command): Command {
  command
    .option('--to <url>', 'send every complete request on to http://host:port at once')
    .option(
      '--copy-to <url>',
      'a further target that gets everything too; may be repeated',
      (url, before: string[] = []) => [...before, url],
    )
    .option(
      '--sample <share>',
      'mirror this share of the traces, or of the flows where there is no trace id: 10%',
      parsePercent,
    )
    .option('--qps <n>', 'mirror at most n requests a second', parseRate);
  return addSendingOptions(command);
}

export interface MirrorPlan {
  readonly where: Query | undefined;
  readonly ledger: Ledger;
  /** A mirror that refuses its target says so at once. */
  readonly onRefused: (error: BytecopyError) => void;
}

/**
 * One started mirror for each target.
 *
 * @throws BytecopyError `REPLAY_OPTIONS_INVALID`, `REPLAY_TARGET_INVALID` (exit code 2), `REPLAY_TARGET_UNKNOWN`
 */
export async function startMirrors(flags: MirrorFlags, plan: MirrorPlan, context: Context): Promise<MirrorSink[]> {
  const targets = [...(flags.to === undefined ? [] : [flags.to]), ...(flags.copyTo ?? [])];
  const accepts = plan.where === undefined ? undefined : compileQuery(plan.where);
  const sinks: MirrorSink[] = [];
  if (targets.length === 0) return sinks;
  // Loaded where it is used: a capture without mirrors starts sooner.
  const { Mirror } = await import('../../emitter/index.ts');
  for (const target of targets) {
    const sending = sendingOptionsOf(flags, target);
    const mirror = new Mirror(
      {
        ...sending,
        // Live, a write cannot be asked about: without a word it stays behind, and the ledger says so.
        writes: sending.writes === 'undecided' ? 'skip' : sending.writes,
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
    sinks.push(new MirrorSink(`mirror to ${target}`, mirror));
    const writes = sending.writes === 'allow' ? 'writes too' : 'reads only (--allow-writes sends writes too)';
    context.stderr.write(`mirroring to ${target}: ${writes}\n`);
  }
  return sinks;
}
