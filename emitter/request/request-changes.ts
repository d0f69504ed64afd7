/** What is changed about one request beyond what is changed about all. */
import type { RuleEdits } from '../rules/index.ts';

export interface RequestChanges {
  /** By rules. */
  readonly edits: RuleEdits | undefined;
  /** Set whatever rules say: the hop that this emitter is, the client's address. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export const NO_CHANGES: RequestChanges = { edits: undefined, headers: [] };
