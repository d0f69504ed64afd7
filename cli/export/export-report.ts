/** What an export wrote, and what of it the format could not keep. */
import type { ExportFormat } from '../../store/index.ts';
import { formatByteCount, formatCount } from '../render/amount.ts';

export interface ExportReport {
  readonly format: ExportFormat;
  /** Exchanges found = exported + left out. */
  readonly found: number;
  readonly exported: number;
  readonly leftOut: Readonly<Record<string, number>>;
  /** Exchanges that hold secrets as placeholders. */
  readonly sealed: number;
  /** Exchanges that were masked before they were stored. */
  readonly masked: number;
  readonly bytes: number;
  readonly loses: string;
  /** By the user: not all was looked for. */
  readonly interrupted: boolean;
}

export function renderExportReport(report: ExportReport, where: string): string {
  const lines = [
    `${formatCount(report.exported)} of ${formatCount(report.found)} exchanges as ${report.format} to ${where}, ${formatByteCount(report.bytes)}${where.endsWith('.gz') ? ' before gzip' : ''}`,
  ];
  for (const [reason, count] of Object.entries(report.leftOut)) lines.push(`  left out: ${count} ${reason}`);
  if (report.loses !== '') lines.push(`  not kept: ${report.loses}`);
  if (report.sealed > 0) lines.push(`  ${report.sealed} hold secrets as placeholders; --with-secrets writes them`);
  if (report.interrupted) lines.push('  interrupted: what was found later is not in it');
  if (report.masked > 0) lines.push(`  ${report.masked} were masked before they were stored`);
  return lines.join('\n');
}
