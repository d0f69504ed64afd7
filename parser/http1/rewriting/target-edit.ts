/**
 * Edits of a request-target (RFC 9112, section 3.2).
 *
 *   /path?query                          origin form
 *   http://user@host:80/path?query       absolute form: keeps its scheme and user, its host where no other is given
 *   host:80, *                           authority form (CONNECT) and asterisk form: stay
 */
import { percentEncode, QueryEdit } from './query-edit.ts';
import type { RequestEdits } from './request-edits.ts';

export class TargetEdit {
  readonly #host: string | undefined;
  readonly #path: string | ((path: string) => string) | undefined;
  readonly #query: QueryEdit | undefined;

  constructor({ host, path, query }: RequestEdits) {
    this.#host = host;
    this.#path = typeof path === 'string' ? path.replace(BEYOND_VISIBLE, percentEncode) : path;
    this.#query = query === undefined ? undefined : new QueryEdit(query);
  }

  /** There are edits of more than absolute targets. */
  get editsAny(): boolean {
    return this.#path !== undefined || this.#query !== undefined;
  }

  get editsAbsolute(): boolean {
    return this.editsAny || this.#host !== undefined;
  }

  /** @param target octets as latin1 @returns the same where nothing changes */
  apply(target: string, verb: string): string {
    if (target === '*' || verb === 'CONNECT') return target;
    const scheme = target.startsWith('/') ? '' : (SCHEME.exec(target)?.[0] ?? '');
    const pathStart = scheme === '' ? 0 : endOfAuthority(target, scheme.length);
    const authority = this.#authority(target.slice(scheme.length, pathStart));
    const mark = target.indexOf('?', pathStart);
    const queryStart = mark < 0 ? target.length : mark;
    let rest = this.#newPath(target.slice(pathStart, queryStart), target.slice(queryStart));
    if (this.#query !== undefined) {
      const at = rest.indexOf('?');
      rest = at < 0 ? rest + this.#query.apply('') : rest.slice(0, at) + this.#query.apply(rest.slice(at));
    }
    return scheme + authority + rest;
  }

  #authority(authority: string): string {
    if (authority === '' || this.#host === undefined) return authority;
    return authority.slice(0, authority.lastIndexOf('@') + 1) + this.#host;
  }

  #newPath(path: string, query: string): string {
    if (this.#path === undefined) return path + query;
    const given = typeof this.#path === 'string' ? this.#path : this.#path(path);
    if (given === path) return path + query;
    const escaped = given.replace(UNSENDABLE, percentEncode);
    const rooted = escaped.startsWith('/') ? escaped : `/${escaped}`;
    return rooted.includes('?') ? rooted : rooted + query;
  }
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
/** A text that a person wrote is sent as UTF-8. */
const BEYOND_VISIBLE = /[^!-~]+/gu;
/** What would end the target or the line, and what is no octet. */
const UNSENDABLE = /(?:[\0-\x20\x7f]|[^\0-\xff])+/gu;

function endOfAuthority(target: string, from: number): number {
  for (let at = from; at < target.length; at++) if (target[at] === '/' || target[at] === '?') return at;
  return target.length;
}
