/** One change of a body, without its codings: a value of JSON, or what a pattern finds in the text. */

import { parseJsonPath } from '../../../parser/index.ts';
import { type JsonProblem, removeJson, setJson } from '../json/edit-json.ts';
import { compileReplacement, type ReplacementOptions } from '../pattern/replacement.ts';
import { latin1Of } from '../rule-subject.ts';

export type BodyProblem = JsonProblem | 'body-not-read' | 'body-too-long' | 'pattern-not-found';

/** @returns the new body, or why there is none; the given bytes are not written to */
export type BodyStep = (bytes: Uint8Array) => Uint8Array | BodyProblem;

/** Longer bodies are not rewritten by patterns: an expression reads every character several times. */
const MAX_REPLACED_BYTES = 1024 * 1024;

export function setJsonStep(path: string, value: unknown): BodyStep {
  const steps = parseJsonPath(path) ?? [];
  const json = latin1Of(Buffer.from(JSON.stringify(value)));
  return (bytes) => outcome(setJson(latin1Of(bytes), steps, json));
}

export function removeJsonStep(path: string): BodyStep {
  const steps = parseJsonPath(path) ?? [];
  return (bytes) => outcome(removeJson(latin1Of(bytes), steps));
}

/** A body that is no UTF-8 is matched as octets. */
export function replaceBodyStep(options: ReplacementOptions): BodyStep {
  const replace = compileReplacement(options);
  return (bytes) => {
    if (bytes.length > MAX_REPLACED_BYTES) return 'body-too-long';
    const text = utf8Of(bytes);
    const replaced = replace(text ?? latin1Of(bytes));
    if (replaced === undefined) return 'pattern-not-found';
    return Buffer.from(replaced, text === undefined ? 'latin1' : 'utf8');
  };
}

function outcome(edited: ReturnType<typeof setJson>): Uint8Array | BodyProblem {
  return edited.text === undefined ? edited.problem : Buffer.from(edited.text, 'latin1');
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
