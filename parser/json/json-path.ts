/**
 * Paths into JSON: names and places from the outermost value down.
 *
 *   user.id     items[0].sku     items[*].sku     ["a.b"].c     $ is the whole, $.user.id the same as user.id
 */

/** A member's name, an element's place from 0, or every element. */
export type JsonStep = string | number | typeof EVERY;

export const EVERY = Symbol('every element');

const MAX_STEPS = 64;
const STEP = /\.?(?<name>[^.[\]"]+)|\[(?<place>\d{1,9})\]|\[(?<every>\*)\]|\[(?<quoted>"(?:[^"\\]|\\.)*")\]/y;

/** @returns undefined for what is no path */
export function parseJsonPath(text: string): readonly JsonStep[] | undefined {
  if (text === '$') return [];
  const steps: JsonStep[] = [];
  let at = /^\$[.[]/.test(text) ? 1 : 0;
  if (text === '' || (at === 0 && text.startsWith('.'))) return undefined;
  while (at < text.length) {
    STEP.lastIndex = at;
    const groups = STEP.exec(text)?.groups;
    // A name right behind a bracket has its dot.
    if (groups === undefined || steps.length === MAX_STEPS) return undefined;
    if (groups.name !== undefined && at > 0 && text[at] !== '.') return undefined;
    const step = stepOf(groups);
    if (step === undefined) return undefined;
    steps.push(step);
    at = STEP.lastIndex;
  }
  return steps;
}

export function jsonPathProblem(text: string): string | undefined {
  return parseJsonPath(text) === undefined ? 'a path looks like user.id, items[0].sku or items[*].sku' : undefined;
}

function stepOf({ name, place, every, quoted }: Readonly<Record<string, string | undefined>>): JsonStep | undefined {
  if (name !== undefined) return name;
  if (place !== undefined) return Number(place);
  if (every !== undefined) return EVERY;
  try {
    return JSON.parse(quoted as string) as string;
  } catch {
    return undefined;
  }
}
