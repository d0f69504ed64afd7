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

/** Of shards: counts add up, rule by rule, which are the same everywhere. */
export function joinCorrelation([first, ...others]: readonly CorrelationReport[]): CorrelationReport | undefined {
  if (first === undefined) return undefined;
  return others.reduce(
    (one, other) => ({
      rules: one.rules.map((rule, index) => joinRule(rule, other.rules[index] ?? rule)),
      rewritten: one.rewritten + other.rewritten,
      sessions: one.sessions + other.sessions,
      sessionsDropped: one.sessionsDropped + other.sessionsDropped,
      valuesDropped: one.valuesDropped + other.valuesDropped,
      withoutSession: one.withoutSession + other.withoutSession,
    }),
    first,
  );
}

function joinRule(one: CorrelationRuleReport, other: CorrelationRuleReport): CorrelationRuleReport {
  return {
    name: one.name,
    learnt: one.learnt + other.learnt,
    missing: one.missing + other.missing,
    replaced: one.replaced + other.replaced,
    tooShort: one.tooShort + other.tooShort,
  };
}
