/** The ledger of one run with what its user asked of it: detail in a file, a completeness that has to be reached. */
import { writeFile } from 'node:fs/promises';
import {
  BytecopyError,
  type Completeness,
  completenessOf,
  Ledger,
  type LedgerReport,
  reachesCompleteness,
} from '../../core/index.ts';
import type { Config } from '../config/config.ts';
import { LedgerDetail } from '../ledger/ledger-detail.ts';
import type { LedgerFlags } from '../options/ledger.ts';
import type { WatchedLedger } from '../pipeline/pipeline.ts';
import { formatRatio, listCounts, renderCompleteness, whyNoExchange } from '../render/completeness.ts';
import { renderLedger } from '../render/ledger.ts';
import { writeFailure } from './write-failure.ts';

export interface CompletenessReport extends LedgerReport {
  readonly completeness: Completeness;
}

export class RunLedger implements WatchedLedger {
  readonly ledger = new Ledger();
  /** Looks on where a file was asked for. */
  readonly witness: LedgerDetail | undefined;
  readonly #path: string | undefined;
  readonly #requiredPercent: number | undefined;

  constructor(flags: LedgerFlags, config: Config) {
    this.#path = flags.ledger;
    this.witness = flags.ledger === undefined ? undefined : new LedgerDetail();
    this.#requiredPercent = flags.requireCompleteness ?? config.requireCompleteness;
  }

  report(): CompletenessReport {
    const report = this.ledger.report();
    return { ...report, completeness: completenessOf(report) };
  }

  /** Completeness in one line, the accounts below. */
  text(): string {
    const report = this.report();
    return `${renderCompleteness(report.completeness)}\n${renderLedger(report)}`;
  }

  /** @throws BytecopyError `OUTPUT_FAILED` when the file cannot be written */
  async writeFile(): Promise<void> {
    if (this.#path === undefined || this.witness === undefined) return;
    try {
      await writeFile(this.#path, ledgerText({ ...this.report(), ...this.witness.report() }), { mode: 0o600 });
    } catch (cause) {
      throw writeFailure('the ledger', this.#path, cause as Error);
    }
  }

  /** @throws BytecopyError `COMPLETENESS_NOT_REACHED` (exit code 3) */
  requireCompleteness(): void {
    const percent = this.#requiredPercent;
    const report = this.report();
    const { completeness } = report;
    if (percent === undefined || reachesCompleteness(completeness, percent)) return;
    if (completeness.exchanges === 0) {
      throw new BytecopyError(
        'COMPLETENESS_NOT_REACHED',
        `a completeness of ${percent} % is required, and there was ${whyNoExchange(report, completeness)}`,
        { hint: 'bytecopy explain FILE says what became of every packet', exitCode: 3 },
      );
    }
    const lone = report.accounts.messages?.aside.lone ?? {};
    const gaps = report.accounts['stream bytes']?.aside.gap ?? {};
    const reasons = [
      ...(completeness.lone > 0 ? [`lone: ${listCounts(lone)}`] : []),
      ...(completeness.gapBytes > 0 ? [`gap bytes: ${listCounts(gaps)}`] : []),
    ];
    throw new BytecopyError(
      'COMPLETENESS_NOT_REACHED',
      `a completeness of ${percent} % is required and ${formatRatio(completeness)} was reached: ` +
        `${completeness.lone} lone and ${completeness.broken} broken of ${completeness.exchanges} exchanges`,
      { hint: [...reasons, 'bytecopy explain FILE says what became of every packet'].join('\n'), exitCode: 3 },
    );
  }
}

/** JSON with a flow or a second a line, so that a person can read it and `grep` finds one. */
function ledgerText(document: object): string {
  const entries = Object.entries(document).map(([name, value]) => {
    const text = Array.isArray(value)
      ? `[${value.map((one) => `\n    ${JSON.stringify(one)}`).join(',')}${value.length > 0 ? '\n  ' : ''}]`
      : JSON.stringify(value, null, 2).replaceAll('\n', '\n  ');
    return `  ${JSON.stringify(name)}: ${text}`;
  });
  return `{\n${entries.join(',\n')}\n}\n`;
}
