/** What came of correlation in a run. Counts of shards add up. */

export interface CorrelationRuleReport {
  readonly name: string;
  /** Answers that gave the value out. */
  readonly learnt: number;
  /** Answers that should have given it out and did not, or gave none that can be written. */
  readonly missing: number;
  /** Occurrences in requests. */
  readonly replaced: number;
  /** Recorded values that were left alone because they are short. */
  readonly tooShort: number;
}

export interface CorrelationReport {
  readonly rules: readonly CorrelationRuleReport[];
  /** Requests in which something was replaced. */
  readonly rewritten: number;
  /** Held at the end. */
  readonly sessions: number;
  /** Forgotten, to stay within the bounds of memory. */
  readonly sessionsDropped: number;
  /** Forgotten within sessions that were kept. */
  readonly valuesDropped: number;
  /** Answers from which nothing was learnt, because their request is in no session. */
  readonly withoutSession: number;
}
