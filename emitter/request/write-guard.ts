/** Writes are sent only where somebody said so. */
import { BytecopyError, type NotSentReason } from '../../core/index.ts';
import type { SendingOptions } from '../options.ts';

export class WriteGuard {
  readonly #writes: SendingOptions['writes'];

  constructor(writes: SendingOptions['writes']) {
    this.#writes = writes;
  }

  /**
   * @param write what it is, for the message
   * @returns why it is not sent
   * @throws BytecopyError `REPLAY_WRITES_UNDECIDED` (exit code 2) where nothing was said
   */
  check(write: string): NotSentReason | undefined {
    switch (this.#writes) {
      case 'allow':
        return undefined;
      case 'skip':
        return 'write-not-allowed';
      case 'undecided':
        throw new BytecopyError('REPLAY_WRITES_UNDECIDED', `the traffic holds writes, such as ${write}`, {
          hint: 'say --allow-writes to send them, or --read-only to leave them out',
          exitCode: 2,
        });
      default:
        return this.#writes satisfies never;
    }
  }
}
