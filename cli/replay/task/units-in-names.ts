/**
 * Options that carry their unit in their name, as a document says them:
 *
 *     interval: 1s          → intervalMs: 1000
 *     failureShare: 50%     → failureShare: 0.5
 *
 * Keys that the schema does not know stay, so that it names them itself.
 */
import type { z } from 'zod';
import type { BytecopyError } from '../../../core/index.ts';
import { parseDuration } from '../../options/duration.ts';
import { objectsOf } from './schema-shape.ts';
import type { TaskFault } from './task-fault.ts';

const MILLIS = 'Ms';
const SHARE = /Share$/;
const PERCENT = /^(\d*\.?\d+)\s*%$/;

/** Key of a document → key of the schema, the other way round than {@link documentKey}. */
export function documentKey(key: string): string {
  return key.endsWith(MILLIS) ? key.slice(0, -MILLIS.length) : key;
}

/**
 * @param given anything; what is no object stays as it is
 * @param path of it, within the document
 * @param faults is given what is no duration; such a value is left out
 */
export function withUnits(
  schema: z.core.$ZodType,
  given: unknown,
  path: readonly PropertyKey[],
  faults: TaskFault[],
): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  const shapes = objectsOf(schema, given);
  const fieldOf = (key: string) => shapes.find((shape) => Object.hasOwn(shape, key))?.[key];
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    const field = fieldOf(key);
    const inside = [...path, key];
    if (fieldOf(`${key}${MILLIS}`) !== undefined) result[`${key}${MILLIS}`] = millisOf(value, inside, faults);
    else if (field === undefined) define(result, key, value);
    else if (key.endsWith(MILLIS)) faults.push({ path: inside, text: renamed(key) });
    else if (SHARE.test(key)) result[key] = shareOf(value);
    else result[key] = withUnits(field, value, inside, faults);
  }
  return result;
}

function millisOf(value: unknown, path: readonly PropertyKey[], faults: TaskFault[]): unknown {
  try {
    return parseDuration(String(value));
  } catch (cause) {
    const { message, hint } = cause as BytecopyError;
    faults.push({ path, text: `${message}: ${hint}` });
    return undefined;
  }
}

function shareOf(value: unknown): unknown {
  const [, percent] = typeof value === 'string' ? (PERCENT.exec(value) ?? []) : [];
  return percent === undefined ? value : Number(percent) / 100;
}

function renamed(key: string): string {
  return `is written ${documentKey(key)}, with its unit behind the number: ${documentKey(key)}: 10s`;
}

/** Also a key that would otherwise reach the object's prototype. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
