/** A value that an answer gave out, beside the recorded one. Octets as latin1. */
import type { RequestPlace } from './options.ts';

/** What a rule says about replacing. */
export interface ReplaceRule {
  /** Its place in the list. */
  readonly index: number;
  readonly in: ReadonlySet<RequestPlace>;
  readonly decoded: boolean;
}

export interface LearntValue {
  readonly rule: ReplaceRule;
  readonly recorded: string;
  readonly replacement: string;
  /** The longest run of letters and digits of the recorded value, which no coding changes: where it is not, neither is the value. */
  readonly probe: string;
}

/** What is longer is no token, and would fill the memory. */
const MAX_VALUE_CHARS = 64 * 1024;

/** What ends a line of a head ends a request; no token holds such octets. */
const CONTROL = /[^ -~\x80-\xff]/;
const RUNS = /[0-9A-Za-z]+/g;

export function isUsable(value: string): boolean {
  return value.length <= MAX_VALUE_CHARS && !CONTROL.test(value);
}

export function learntValue(rule: ReplaceRule, recorded: string, replacement: string): LearntValue {
  let probe = '';
  for (const [run] of recorded.matchAll(RUNS)) if (run.length > probe.length) probe = run;
  return { rule, recorded, replacement, probe };
}
