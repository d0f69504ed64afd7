/** `500ms`, `10s`, `5m`, `2h`, `1d` on the command line. */
import ms, { type StringValue } from 'ms';
import { BytecopyError, type Millis } from '../../core/index.ts';

/** Longest duration that a timer can wait: 2^31 - 1 ms, nearly 25 days. */
const MAX_TIMER_MS: Millis = 2_147_483_647;

/** Longest wait for a connection or an answer: one hour. */
const MAX_TARGET_WAIT_MS: Millis = 3_600_000;

/** @throws BytecopyError `USAGE` (exit code 2) when the text is no duration with a unit */
export function parseDuration(text: string): Millis {
  const millis = /^\d+(\.\d+)?\s*[a-z]+$/i.test(text) ? ms(text as StringValue) : undefined;
  if (millis === undefined || !(millis >= 0)) {
    throw new BytecopyError('USAGE', `"${text}" is not a duration`, {
      hint: 'write a number and a unit: 500ms, 10s, 5m, 2h',
      exitCode: 2,
    });
  }
  return millis;
}

/**
 * The same for what a timer waits.
 *
 * @throws BytecopyError `USAGE` (exit code 2), also where it is longer than a timer can wait
 */
export function parseWait(text: string): Millis {
  const millis = parseDuration(text);
  if (millis <= MAX_TIMER_MS) return millis;
  throw new BytecopyError('USAGE', `"${text}" is longer than can be waited for`, {
    hint: 'write 24d at most',
    exitCode: 2,
  });
}

/**
 * A wait for a connection or an answer: more than nothing, at most an hour.
 *
 * @throws BytecopyError `USAGE` (exit code 2)
 */
export function parseTargetWait(text: string): Millis {
  const millis = parseDuration(text);
  if (millis > 0 && millis <= MAX_TARGET_WAIT_MS) return millis;
  throw new BytecopyError('USAGE', `"${text}" is no wait for one send`, {
    hint: 'write more than nothing and at most 1h: 500ms, 10s',
    exitCode: 2,
  });
}

/**
 * How long something runs: more than nothing, at most what a timer can wait.
 *
 * @throws BytecopyError `USAGE` (exit code 2)
 */
export function parseRunTime(text: string): Millis {
  const millis = parseWait(text);
  if (millis > 0) return millis;
  throw new BytecopyError('USAGE', `"${text}" is no time to run for`, {
    hint: 'write more than nothing: 500ms, 10s, 5m, 2h',
    exitCode: 2,
  });
}
