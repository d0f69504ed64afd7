/**
 * The operation that requests are told of by: what differs in an id alone is one operation.
 *
 *     GET /users/42/orders/6f1c2b9e-…  →  GET /users/{id}/orders/{id}
 *
 * An id is a segment of the path that is a number, a UUID, long hexadecimal or looks like base64. Names of Thrift functions
 * stay as they are.
 */

const MAX_NAME_LENGTH = 200;

const NUMBER = /^\d+$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** From 12 digits on, as with object ids and digests; a word of these letters alone has no digit. */
const HEXADECIMAL = /^(?=.*\d)[0-9a-f]{12,}$/i;
/** Letters of both cases and two digits within 16 characters or more, of both alphabets (RFC 4648, sections 4 and 5). */
const BASE64 = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d.*\d)(?:[\w+=-]|%2[BF]|%3D){16,}$/;

/** @param operation `GET /items/42`, a Thrift function, the name of a session's protocol */
export function operationName(operation: string): string {
  const path = operation.indexOf('/');
  if (path === -1) return shortened(operation);
  const [start = '', ...segments] = operation.split('/');
  return shortened([start, ...segments.map((segment) => (isId(segment) ? '{id}' : segment))].join('/'));
}

function isId(segment: string): boolean {
  return NUMBER.test(segment) || UUID.test(segment) || HEXADECIMAL.test(segment) || BASE64.test(segment);
}

function shortened(name: string): string {
  return name.length <= MAX_NAME_LENGTH ? name : `${name.slice(0, MAX_NAME_LENGTH - 1)}…`;
}
