/**
 * The operation that requests are told of by: what differs in an id alone is one operation.
 *
 *     GET /users/42/orders/6f1c2b9e-…  →  GET /users/{id}/orders/{id}
 *
 * An id is a segment of the path that is a number, a UUID, long hexadecimal or looks like base64. Names of Thrift functions
 * stay as they are.
 */

const MAX_NAME_LENGTH = 200;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** Shortest id that is no number. */
const MIN_ID_LENGTH = 12;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const HEXADECIMAL = /^[0-9a-f]{12,}$/i;
/** Letters of both cases and two digits within 16 characters or more, of both alphabets (RFC 4648, sections 4 and 5). */
const BASE64 = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d.*\d)(?:[\w+=-]|%2[BF]|%3D){16,}$/;

/** @param operation `GET /items/42`, a Thrift function, the name of a session's protocol */
export function operationName(operation: string): string {
  let name = '';
  let taken = 0;
  for (let slash = operation.indexOf('/'); slash !== -1; ) {
    const next = operation.indexOf('/', slash + 1);
    const end = next === -1 ? operation.length : next;
    if (isId(operation, slash + 1, end)) {
      name += `${operation.slice(taken, slash)}/{id}`;
      taken = end;
    }
    slash = next;
  }
  return shortened(name + operation.slice(taken));
}

/** What has no digit is a word. */
function isId(text: string, start: number, end: number): boolean {
  let digits = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code >= DIGIT_0 && code <= DIGIT_9) digits++;
  }
  if (digits === 0) return false;
  if (digits === end - start) return true;
  if (end - start < MIN_ID_LENGTH) return false;
  const segment = text.slice(start, end);
  return UUID.test(segment) || HEXADECIMAL.test(segment) || BASE64.test(segment);
}

function shortened(name: string): string {
  return name.length <= MAX_NAME_LENGTH ? name : `${name.slice(0, MAX_NAME_LENGTH - 1)}…`;
}
