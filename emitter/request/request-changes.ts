/** What is changed about one request beyond what is changed about all: by rules, and the hop that this emitter is. */
import type { RuleEdits } from '../rules/index.ts';

export interface RequestChanges {
  readonly edits: RuleEdits | undefined;
  /** Name and value of the header that counts how often a request was sent on; undefined where nothing counts it. */
  readonly hops: readonly [name: string, value: string] | undefined;
}

export const NO_CHANGES: RequestChanges = { edits: undefined, hops: undefined };
