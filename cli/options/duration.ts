/** `500ms`, `10s`, `5m`, `2h`, `1d` on the command line. */
import ms, { type StringValue } from 'ms';
import { BytecopyError, type Millis } from '../../core/index.ts';

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
