/**
 * A key of requests as text: what of a request it is.
 *
 *   flow           recorded connection           client       client's address
 *   session        exchange's own session        header:ID    value of a header: HTTP, THeader, TTHeader
 *   cookie:SID     value of a cookie (HTTP)      query:ID     parameter of the query (HTTP)
 *   json:a[0].b    scalar of a JSON body (HTTP)  field:1.2    field 2 of the first argument (Thrift), any scalar
 */
import { EVERY, parseJsonPath } from '../../parser/index.ts';

/** Steps of a path, as far as one may go. */
const MAX_STEPS = 16;
const MAX_NAME_CHARS = 200;

/** A token of RFC 9110, section 5.6.2; names of cookies are tokens too (RFC 6265, section 4.1.1). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** A name as it is when percent-decoded: no control character, and none that ends it. */
const PARAMETER = /^[^\p{Cc}&=#]+$/u;
const FIELD_PATH = /^-?\d{1,5}(\.-?\d{1,5})*$/;

/** What all messages about keys say is allowed. */
export const REQUEST_KEYS =
  'flow, client, session, header:NAME, cookie:NAME, query:NAME, json:PATH (such as json:user.id or json:items[0].id), ' +
  'field:PATH (Thrift field ids, such as field:1.255.1)';

export type RequestKeyText =
  | { readonly kind: 'flow' | 'client' | 'session' }
  | { readonly kind: 'header' | 'cookie' | 'query'; readonly name: string }
  /** Names of members, and indexes of elements from 0. */
  | { readonly kind: 'json'; readonly steps: readonly (string | number)[] }
  /** Ids of fields. */
  | { readonly kind: 'field'; readonly steps: readonly number[] };

/** @returns undefined where the text is no key */
export function parseRequestKey(text: string): RequestKeyText | undefined {
  if (text === 'flow' || text === 'client' || text === 'session') return { kind: text };
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(0, colon));
  const name = text.slice(colon + 1);
  if (name.length > MAX_NAME_CHARS) return undefined;
  switch (kind) {
    case 'header':
    case 'cookie':
      return TOKEN.test(name) ? { kind, name } : undefined;
    case 'query':
      return PARAMETER.test(name) ? { kind, name } : undefined;
    case 'json': {
      const steps = parseJsonPath(name) ?? [];
      if (steps.length === 0 || steps.length > MAX_STEPS) return undefined;
      return steps.every((step) => step !== EVERY) ? { kind, steps } : undefined;
    }
    case 'field': {
      const steps = name.split('.');
      return FIELD_PATH.test(name) && steps.length <= MAX_STEPS ? { kind, steps: steps.map(Number) } : undefined;
    }
    default:
      return undefined;
  }
}
