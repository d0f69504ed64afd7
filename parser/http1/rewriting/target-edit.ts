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

  /**
   * @param head from its first octet, as latin1
   * @param lineEnd position of the line feed that ends the first line
   * @returns the first line without its end; the same where nothing changes
   */
  apply(head: string, lineEnd: number): string {
    const isHostOnly = this.#path === undefined && this.#query === undefined;
    const start = startOfTarget(head);
    if (isHostOnly && (this.#host === undefined || head.charCodeAt(start) === SLASH)) return head.slice(0, lineEnd);
    const end = endOfTarget(head, start, lineEnd);
    if (end <= start) return head.slice(0, lineEnd);
    const target = head.slice(start, end);
    if (target === '*' || head.startsWith('CONNECT ')) return head.slice(0, lineEnd);
    return head.slice(0, start) + this.#edited(target) + head.slice(end, lineEnd);
  }

  #edited(target: string): string {
    const scheme = target.charCodeAt(0) === SLASH ? '' : (SCHEME.exec(target)?.[0] ?? '');
    const pathStart = scheme === '' ? 0 : endOfAuthority(target, scheme.length);
    const authority = this.#authority(target.slice(scheme.length, pathStart));
    const mark = target.indexOf('?', pathStart);
    const queryStart = mark < 0 ? target.length : mark;
    const rest = this.#newPath(target.slice(pathStart, queryStart), target.slice(queryStart));
    if (this.#query === undefined) return scheme + authority + rest;
    const at = rest.indexOf('?');
    const query = at < 0 ? '' : rest.slice(at);
    return scheme + authority + (at < 0 ? rest : rest.slice(0, at)) + this.#query.apply(query);
  }

  #authority(authority: string): string {
    if (authority === '' || this.#host === undefined) return authority;
    return authority.slice(0, authority.lastIndexOf('@') + 1) + this.#host;
  }

  #newPath(path: string, query: string): string {
    if (this.#path === undefined) return path + query;
    const given = typeof this.#path === 'string' ? this.#path : this.#path(path);
    if (given === path) return path + query;
    const escaped = isSendable(given) ? given : given.replace(UNSENDABLE, percentEncode);
    const rooted = escaped.startsWith('/') ? escaped : `/${escaped}`;
    return rooted.includes('?') ? rooted : rooted + query;
  }
}

const SLASH = 0x2f;
const SP = 0x20;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
/** A text that a person wrote is sent as UTF-8. */
const BEYOND_VISIBLE = /[^!-~]+/gu;
/** What would end the target or the line, and what is no octet. */
const UNSENDABLE = /(?:[\0-\x20\x7f]|[^\0-\xff])+/gu;

/** Quicker than the expression, and nearly always true. */
function isSendable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code === 0x7f || code > 0xff) return false;
  }
  return true;
}

function endOfAuthority(target: string, from: number): number {
  for (let at = from; at < target.length; at++) if (target[at] === '/' || target[at] === '?') return at;
  return target.length;
}

/** Behind the verb and the blanks that follow it. */
function startOfTarget(head: string): number {
  let at = head.indexOf(' ');
  while (head.charCodeAt(at) === SP) at++;
  return at;
}

/** Before the version and the blanks around it; -1 for a line without one. */
function endOfTarget(head: string, start: number, lineEnd: number): number {
  let end = head[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd;
  while (end > start && head.charCodeAt(end - 1) === SP) end--;
  end = head.lastIndexOf(' ', end - 1);
  if (!head.startsWith('HTTP/', end + 1)) return -1;
  while (end > start && head.charCodeAt(end - 1) === SP) end--;
  return end;
}
