/** `store repair`: the index made to agree with the data, once or again and again. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Millis } from '../../core/index.ts';
import { type Damage, foundDifferences, isBalanced, type RepairProgress, type StoreCare } from '../../store/index.ts';
import type { Context } from '../context.ts';
import { type RangeFlags, rangeOf } from '../options/time-range.ts';
import { statusLine } from '../output/status-line.ts';
import { renderRepairLedger, renderRepairProgress } from '../render/repair-ledger.ts';

export interface RepairFlags extends RangeFlags {
  readonly rate?: number;
  readonly dryRun?: boolean;
  readonly every?: Millis;
  readonly json?: boolean;
}

/** @param open a store for one pass, so that between passes others may own it */
export async function repair(
  open: () => Promise<{ readonly care: StoreCare; close(): Promise<void> }>,
  flags: RepairFlags,
  context: Context,
): Promise<void> {
  do {
    const opened = await open();
    try {
      await repairOnce(opened.care, flags, context);
    } finally {
      await opened.close();
    }
    if (flags.every !== undefined) await delay(flags.every, undefined, { signal: context.interrupted }).catch(() => {});
  } while (flags.every !== undefined && !context.interrupted.aborted);
}

async function repairOnce(care: StoreCare, flags: RepairFlags, context: Context): Promise<void> {
  const { dryRun = false, rate } = flags;
  const now = context.clock.now();
  const request = { ...rangeOf(flags, now), dryRun, now, ...(rate === undefined ? {} : { blocksPerSecond: rate }) };
  const status = statusLine(context.stderr);
  const damages: Damage[] = [];
  let last: RepairProgress | undefined;
  try {
    for await (const progress of care.repair(request, (damage) => damages.push(damage))) {
      if (last === undefined && progress.resumedFrom !== undefined) {
        const begun = new Date(progress.resumedFrom / 1000).toISOString();
        context.stderr.write(`going on with the repair that began at ${begun}\n`);
      }
      last = progress;
      if (context.interrupted.aborted) break;
      if (progress.segment !== '') status.show(renderRepairProgress(progress));
    }
  } finally {
    status.clear();
  }
  if (last === undefined) return;
  const { ledger } = last;
  const whole = last.segment === '';
  for (const { text } of damages) context.stderr.write(`${text}\n`);
  const document = { ...ledger, balanced: isBalanced(ledger), finished: whole, dryRun };
  context.stdout.write(`${flags.json ? JSON.stringify(document) : renderRepairLedger(ledger, { dryRun })}\n`);
  if (!whole && flags.every === undefined) {
    context.stderr.write('interrupted; the same command goes on behind the last segment that was done\n');
    context.exitCode = 130;
  } else if (dryRun && foundDifferences(ledger)) context.exitCode = 3;
}
