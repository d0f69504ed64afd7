/**
 * `--stop-on TEXT` → when a run ends before its plan does.
 *
 *     failed>10%   consecutive>40   latency>5s   lag>200ms   health=/healthz   health=tcp
 */
import type { ReplayOptions } from '../../emitter/index.ts';
import { parseDuration } from './duration.ts';
import { parseCount, parsePercent } from './number.ts';
import { usageError } from './usage-error.ts';

export type StopRules = NonNullable<ReplayOptions['stopRules']>;

const HINT = 'rules are failed>10%, consecutive>40, latency>5s, lag>200ms, health=/path and health=tcp';

/** @throws BytecopyError `USAGE` (exit code 2) */
export function parseStopRule(text: string): StopRules {
  const [, name, operator, value = ''] = /^\s*([a-z]+)\s*([>=])\s*(\S.*?)\s*$/.exec(text) ?? [];
  switch (`${name}${operator}`) {
    case 'failed>':
      return { failureShare: boundOf(text, value, parsePercent) / 100 };
    case 'consecutive>':
      return { consecutiveFailures: boundOf(text, value, parseCount) };
    case 'latency>':
      return { latencyMs: boundOf(text, value, parseSpan) };
    case 'lag>':
      return { loopLagMs: boundOf(text, value, parseSpan) };
    case 'health=':
      if (value === 'tcp' || /^\/[!-~]*$/.test(value)) return { health: value };
      throw usageError(`"${text}" asks for no health check`, 'write health=/path (answered 2xx or 3xx) or health=tcp');
    default:
      throw usageError(`"${text}" is not a rule to stop on`, HINT);
  }
}

/**
 * All of them as one.
 *
 * @throws BytecopyError `USAGE` (exit code 2) for a text that is no rule, or two of one kind
 */
export function stopRulesOf(texts: readonly string[]): StopRules {
  const rules: StopRules = {};
  for (const text of texts) {
    const rule = parseStopRule(text);
    const [kind] = Object.keys(rule) as [keyof StopRules];
    if (rules[kind] !== undefined)
      throw usageError(`"${text}" is the second rule of its kind`, 'leave one of them out');
    Object.assign(rules, rule);
  }
  return rules;
}

/** More than nothing. */
function parseSpan(text: string): number {
  const millis = parseDuration(text);
  if (millis > 0) return millis;
  throw usageError(`"${text}" is no time`, 'write more than nothing: 200ms, 5s');
}

function boundOf(rule: string, value: string, parse: (text: string) => number): number {
  try {
    return parse(value);
  } catch (cause) {
    throw usageError(`in the rule "${rule}" to stop on, ${(cause as Error).message}`, HINT);
  }
}
