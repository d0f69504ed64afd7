/** What comes out of the parser. */
import type { Exchange, RequestReady } from '../core/index.ts';

export type ParserEvent =
  /** The request is complete; its exchange follows with the same id. Never for incomplete or replayed requests. */
  | { readonly kind: 'request'; readonly ready: RequestReady }
  | { readonly kind: 'exchange'; readonly exchange: Exchange };

export const NO_EVENTS: readonly ParserEvent[] = Object.freeze([]);
