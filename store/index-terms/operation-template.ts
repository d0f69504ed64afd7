/**
 * The operation as it is indexed: parts of its path that are ids become `*`, so that the number of distinct operations
 * stays that of the service's routes and not that of its users.
 *
 *   GET /users/4711/orders/9f86d081-884c-7d65-9a2f-eaa0c55ad015   →   GET /users/{*}/orders/{*}
 *
 * A query's operation goes through the same function, so an exact one finds its template's postings and the exchanges
 * read are tested against what was asked.
 */

/** Digits; a UUID; 16 or more hexadecimal digits; 20 or more characters of a base64url token with a digit among them. */
const ID_PART = /^(?:\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}|(?=[^\d]*\d)[\w-]{20,})$/i;

/** Operations remembered with their template: twice what a busy host's services have of routes. */
const MAX_REMEMBERED = 4096;
const remembered = new Map<string, string>();

export function operationTemplate(operation: string): string {
  if (!operation.includes('/')) return operation;
  const known = remembered.get(operation);
  if (known !== undefined) return known;
  const template = operation
    .split('/')
    .map((part) => (ID_PART.test(part) ? '{*}' : part))
    .join('/');
  // Full of one-off paths: forget them all at once, routes come back with the next request.
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(operation, template);
  return template;
}
