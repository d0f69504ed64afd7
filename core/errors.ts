/**
 * The one error class that a user sees. Everything else that is thrown is a bug.
 *
 * `exitCode` follows the command line's table: 1 failed, 2 wrong usage or config or a missing choice,
 * 3 a stated expectation was not met, 4 the run cannot be trusted, 130 its user interrupted it.
 */
export type ExitCode = 1 | 2 | 3 | 4 | 130;

export interface BytecopyErrorOptions {
  /** What the user can do about it; printed on a line of its own. */
  readonly hint?: string;
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

export class BytecopyError extends Error {
  override readonly name = 'BytecopyError';
  /** Stable upper-case code such as `STORE_CORRUPT_BLOCK`; each folder's README lists its own. */
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(code: string, message: string, options: BytecopyErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? 1;
  }
}
