/**
 * Who was shown secrets, when and of what: a JSON line each, on disk before anything is shown.
 *
 *     {"at":"2026-11-21T10:00:00.000000Z","user":"ada","command":"show","exchanges":["0641…-00"],"keys":["8f14e45f"]}
 *
 * It lies beside the key file: who may open secrets may write it.
 */
import { open } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { BytecopyError, formatIsoTime, type Micros } from '../../core/index.ts';

export interface AuditEntry {
  readonly at: Micros;
  readonly command: string;
  /** What was asked for, where that was a search. */
  readonly query?: string;
  /** Ids; left out where a search found many. */
  readonly exchanges?: readonly string[];
  readonly count?: number;
  /** Ids of the keys that opened them. */
  readonly keys: readonly string[];
}

export function auditLogPath(keyFile: string): string {
  return join(dirname(keyFile), 'audit.jsonl');
}

/**
 * Resolves when the line is on disk.
 *
 * @throws BytecopyError `AUDIT_LOG_FAILED`: nothing may be shown
 */
export async function recordAudit(keyFile: string, { at, ...entry }: AuditEntry): Promise<void> {
  const path = auditLogPath(keyFile);
  const line = `${JSON.stringify({ at: formatIsoTime(at), user: userName(), ...entry })}\n`;
  try {
    const log = await open(path, 'a', 0o600);
    try {
      await log.appendFile(line);
      await log.sync();
    } finally {
      await log.close();
    }
  } catch (cause) {
    throw new BytecopyError('AUDIT_LOG_FAILED', `audit log ${path}: ${(cause as Error).message}; nothing is shown`, {
      hint: 'secrets are shown only where that is recorded; it lies beside the key file, which has to be in a folder you can write to',
      cause,
    });
  }
}

/** A user without an entry in the system's list is known by number. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
