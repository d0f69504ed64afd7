/** What goes wrong between us and the index cluster, by what the user can do about it. */
import { BytecopyError } from '../../core/index.ts';

export type IndexErrorCode = 'INDEX_UNREACHABLE' | 'INDEX_REFUSED' | 'INDEX_CLOSED';

const HINTS: Readonly<Record<IndexErrorCode, string>> = {
  INDEX_UNREACHABLE: 'start it or wait for it: what it misses is kept and put later; check the addresses of its nodes',
  INDEX_REFUSED: 'check the API key, or user and password, the certificate authority and the rights: see the README',
  INDEX_CLOSED: 'a bug of the caller',
};

/** @param hint what to do, where it is not what the code says in general */
export function indexError(code: IndexErrorCode, message: string, cause?: unknown, hint = HINTS[code]): BytecopyError {
  return new BytecopyError(code, message, { hint, cause });
}

/** HTTP statuses behind which the same request may succeed later. */
export function isTransientStatus(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504;
}
