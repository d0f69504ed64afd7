/** Values of a JSON text changed and removed in place: no other octet moves. Texts are octets as latin1. */
import type { JsonStep } from '../../../parser/index.ts';
import { type JsonContainer, type JsonPlace, locateJson } from './locate-json.ts';

export type JsonProblem = 'not-json' | 'no-such-json-field';

export type EditedText<Problem> =
  | { readonly text: string; readonly problem?: never }
  | { readonly problem: Problem; readonly text?: never };

/** @param json the new value as octets of JSON */
export function setJson(text: string, path: readonly JsonStep[], json: string): EditedText<JsonProblem> {
  const located = locateJson(text, path);
  if (located === undefined) return { problem: 'not-json' };
  if (located.values.length === 0) return { problem: 'no-such-json-field' };
  return { text: withRanges(text, located.values, json) };
}

/** Each with its name and one comma; what is not there is as good as removed. */
export function removeJson(text: string, path: readonly JsonStep[]): EditedText<JsonProblem> {
  const located = locateJson(text, path);
  if (located === undefined) return { problem: 'not-json' };
  return { text: withRanges(text, located.containers.flatMap(cutsOf), '') };
}

/** An item goes with all up to the next one; those at the end with all from the last that stays. */
function cutsOf({ open, items, found }: JsonContainer): JsonPlace[] {
  const lastKept = found.lastIndexOf(false);
  const cuts: JsonPlace[] = [];
  for (let place = 0; place < lastKept; place++) {
    if (found[place] === true) {
      cuts.push({ start: (items[place] as JsonPlace).start, end: (items[place + 1] as JsonPlace).start });
    }
  }
  if (lastKept < items.length - 1) {
    cuts.push({ start: items[lastKept]?.end ?? open, end: (items.at(-1) as JsonPlace).end });
  }
  return cuts;
}

/** @param ranges in order, apart from each other */
function withRanges(text: string, ranges: readonly JsonPlace[], by: string): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end } of ranges) {
    pieces.push(text.slice(at, start), by);
    at = end;
  }
  return pieces.join('') + text.slice(at);
}
