/** How many answers had which status, beside what the same requests were answered in the recording. */

/** Statuses have three digits (RFC 9110, section 15). */
const MAX_STATUS = 999;

export interface StatusReport {
  /** Status → answers. */
  readonly answered: Readonly<Record<string, number>>;
  /** Status → recorded answers of the same requests; `none` where the recording has no answer. */
  readonly recorded: Readonly<Record<string, number>>;
  /** Answers whose status is another than the recorded one; requests without recorded answer are not compared. */
  readonly changed: number;
}

export class StatusMix {
  readonly #answered = new Float64Array(MAX_STATUS + 1);
  readonly #recorded = new Float64Array(MAX_STATUS + 1);
  #changed = 0;

  add(status: number, recordedStatus: number): void {
    count(this.#answered, status);
    count(this.#recorded, recordedStatus);
    if (recordedStatus !== 0 && recordedStatus !== status) this.#changed++;
  }

  report(): StatusReport {
    return { answered: named(this.#answered), recorded: named(this.#recorded), changed: this.#changed };
  }
}

function count(counts: Float64Array, status: number): void {
  if (status >= 0 && status <= MAX_STATUS) counts[status] = (counts[status] as number) + 1;
}

function named(counts: Float64Array): Record<string, number> {
  const out: Record<string, number> = {};
  for (const [status, times] of counts.entries()) {
    if (times > 0) out[status === 0 ? 'none' : String(status)] = times;
  }
  return out;
}
