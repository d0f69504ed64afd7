/** `store verify`: everything read, what is damaged or lost told. */
import type { Damage, StoreCare, VerifyProgress } from '../../store/index.ts';
import type { Context } from '../context.ts';
import { type RangeFlags, rangeOf } from '../options/time-range.ts';
import { statusLine } from '../output/status-line.ts';
import { renderVerifyFindings, renderVerifyProgress } from '../render/verify-findings.ts';

export interface VerifyFlags extends RangeFlags {
  readonly rate?: number;
  readonly json?: boolean;
}

/** Damage told one by one; beyond it the count says the rest. */
const TOLD_DAMAGES = 1000;

export async function verify(care: StoreCare, flags: VerifyFlags, context: Context): Promise<void> {
  const status = statusLine(context.stderr);
  const damages: Damage[] = [];
  const report = (damage: Damage): void => {
    if (damages.length < TOLD_DAMAGES) damages.push(damage);
  };
  const rate = flags.rate === undefined ? {} : { blocksPerSecond: flags.rate };
  let last: VerifyProgress | undefined;
  try {
    for await (const progress of care.verify({ ...rangeOf(flags, context.clock.now()), ...rate }, report)) {
      last = progress;
      if (context.interrupted.aborted) break;
      if (progress.segment !== '') status.show(renderVerifyProgress(progress));
    }
  } finally {
    status.clear();
  }
  if (last === undefined) return;
  const finished = last.segment === '';
  const text = flags.json
    ? JSON.stringify({ ...last.findings, damages, finished })
    : [...damages.map((damage) => damage.text), renderVerifyFindings(last.findings, finished)].join('\n');
  context.stdout.write(`${text}\n`);
  if (!finished) context.exitCode = 130;
  else if (!last.findings.sound) context.exitCode = 3;
}
