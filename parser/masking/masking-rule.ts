/** Rules of masking as they are asked: where, what, and what becomes of it. */
import type { MaskedPart, QueryPredicate } from '../../core/index.ts';
import type { JsonStep } from '../json/json-path.ts';

/** What is found in a text, from left to right, none over another. */
export interface FoundText {
  readonly start: number;
  readonly end: number;
}

export const NOTHING_FOUND: readonly FoundText[] = Object.freeze([]);

/** Has to be linear in the text: texts are hostile. */
export interface TextFinder {
  findAll(text: string): readonly FoundText[];
}

/** Names are compared in any case and may hold `*` and `?`. */
export type MaskPlace =
  | { readonly kind: 'header' | 'cookie' | 'query' | 'form' | 'thrift-name'; readonly name: string }
  /** With all that lies below it. */
  | { readonly kind: 'json'; readonly path: readonly JsonStep[] }
  /** Field ids from the arguments or the result down, with all that lies below. */
  | { readonly kind: 'thrift'; readonly path: readonly number[] }
  /** Whatever sealing takes for a credential by its name. */
  | { readonly kind: 'credentials' };

export type MaskAction =
  /** Another text instead. */
  | { readonly kind: 'replace'; readonly text: string }
  /** Nothing instead. */
  | { readonly kind: 'redact' }
  /** A character for each of its own, but for so many at the other end; all where there are no more than those. */
  | { readonly kind: 'mask'; readonly char: string; readonly from: 'left' | 'right'; readonly keep: number }
  /** HMAC-SHA-256: equal values stay equal. In as many digits as the value has where `sameLength` is set. */
  | { readonly kind: 'hash'; readonly key: Uint8Array; readonly sameLength: boolean }
  /** Sealed, in place. */
  | { readonly kind: 'encrypt' }
  /** Stays, whatever rules further down say. */
  | { readonly kind: 'keep' };

export interface MaskRule {
  readonly name: string;
  readonly side: 'request' | 'response' | 'both';
  /** Of these exchanges alone. */
  readonly when?: QueryPredicate;
  /** Anywhere where absent; then there is a finder. */
  readonly places?: readonly MaskPlace[];
  /** Only what it finds, not the whole value. */
  readonly finder?: TextFinder;
  readonly action: MaskAction;
}

export type MaskActionName = MaskedPart['action'];

/** Name of the rule that stands in `Exchange.masked` where a message was left out. */
export const UNPARSABLE = 'unparsable';
