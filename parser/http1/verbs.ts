/** What the verb alone tells about a request. */

/** Safe verbs (RFC 9110, section 9.2.1) and those that WebDAV, CalDAV and caches add to them. */
const READ_ONLY: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'REPORT',
  'SEARCH',
  'QUERY',
]);

/** Whether a request with the verb, as sent, is meant to change nothing. Verbs are case-sensitive, unknown ones write. */
export function isReadOnlyVerb(verb: string): boolean {
  return READ_ONLY.has(verb);
}
