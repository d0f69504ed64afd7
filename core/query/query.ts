/** A query as a value: what `--where` and `find` mean, the same for both index layers, files and flags. */

/** Fields a query can name; `QUERY_FIELDS` in `fields.ts` tells what each reads from an exchange. */
export type QueryField =
  | 'id'
  | 'protocol'
  | 'source'
  | 'service'
  | 'operation'
  | 'verb'
  | 'path'
  | 'status'
  | 'outcome'
  | 'reason'
  | 'trace'
  | 'session'
  | 'client'
  | 'server'
  | 'tenant'
  | 'environment'
  | 'region'
  | 'instance'
  /** Of the field node's `name`. */
  | 'label'
  /** µs; written with a unit, as `>200ms`. */
  | 'latency'
  /** µs since the epoch; written as `--since` takes it. */
  | 'time';

export type FieldTest =
  | { readonly kind: 'equals'; readonly value: string }
  /** `*` stands for any run of characters, `?` for one. */
  | { readonly kind: 'wildcard'; readonly pattern: string }
  /** Bounds compare as numbers; either may be absent. */
  | { readonly kind: 'range'; readonly min?: Bound; readonly max?: Bound }
  | { readonly kind: 'exists' };

/** A test of what only the bytes tell. */
export type ContentTest =
  | { readonly kind: 'equals'; readonly value: string }
  /** The text stands somewhere in it. */
  | { readonly kind: 'contains'; readonly value: string }
  /** As {@link FieldTest}'s; of a body it may stand somewhere in it. */
  | { readonly kind: 'wildcard'; readonly pattern: string }
  | { readonly kind: 'exists' };

export type MessageSide = 'request' | 'response';

/** Answered by reading alone, of no index: headers and bodies. */
export interface ContentQuery {
  readonly kind: 'content';
  readonly part: 'header' | 'body';
  /** Where absent, one of the two has to meet the test. */
  readonly side?: MessageSide;
  /** Of the header, in lower case. */
  readonly name?: string;
  readonly test: ContentTest;
}

export interface Bound {
  readonly value: number;
  readonly inclusive: boolean;
}

export type Query =
  | { readonly kind: 'everything' }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Query[] }
  | { readonly kind: 'not'; readonly term: Query }
  /** `name` is that of a label. */
  | { readonly kind: 'field'; readonly field: QueryField; readonly name?: string; readonly test: FieldTest }
  | ContentQuery;

export const EVERYTHING: Query = { kind: 'everything' };
