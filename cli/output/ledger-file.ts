/** `--ledger FILE`: the ledger as one JSON object. */
import { writeFile } from 'node:fs/promises';
import { BytecopyError, type LedgerReport } from '../../core/index.ts';

/** @throws BytecopyError `OUTPUT_FAILED` when the file cannot be written */
export async function writeLedgerFile(path: string | undefined, report: LedgerReport): Promise<void> {
  if (path === undefined) return;
  try {
    await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
  } catch (error) {
    throw new BytecopyError('OUTPUT_FAILED', `cannot write the ledger: ${(error as Error).message}`, { cause: error });
  }
}
