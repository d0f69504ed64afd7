/** Keys out of heads: a header (of HTTP, THeader, TTHeader), a cookie, a parameter of the query. */
import { viewThrift } from '../../parser/index.ts';
import type { RecordedRequest } from '../request/recorded-request.ts';
import { HeadField, textOf } from './head-field.ts';
import type { RequestKey } from './key.ts';

const LF = 0x0a;
const SP = 0x20;
const QUESTION_MARK = 0x3f;

export function headerKey(name: string): RequestKey {
  const field = new HeadField(name);
  const lowerName = name.toLowerCase();
  return (recorded) => {
    if (recorded.protocol === 'http1') return field.firstOf(recorded) ?? '';
    if (recorded.protocol !== 'thrift' || recorded.request === undefined) return '';
    return viewThrift(recorded.request).headers.find((header) => header.name.toLowerCase() === lowerName)?.value ?? '';
  };
}

export function cookieKey(name: string): RequestKey {
  const field = new HeadField('cookie');
  const start = `${name}=`;
  return (recorded) => {
    if (recorded.protocol !== 'http1') return '';
    let found = '';
    field.some(recorded, (cookies) => {
      const pair = pairOf(cookies, start);
      if (pair === undefined) return false;
      found = pair.slice(start.length);
      return true;
    });
    return found;
  };
}

function pairOf(cookies: string, start: string): string | undefined {
  for (const cookie of cookies.split(';')) {
    const pair = cookie.trim();
    if (pair.startsWith(start)) return pair;
  }
  return undefined;
}

/** The first parameter of that name, decoded as forms are (`+` is a blank). */
export function queryKey(name: string): RequestKey {
  return (recorded) => {
    if (recorded.protocol !== 'http1') return '';
    for (const parameter of queryOf(recorded).split('&')) {
      const equals = parameter.indexOf('=');
      if (equals > 0 && decoded(parameter.slice(0, equals)) === name) return decoded(parameter.slice(equals + 1));
    }
    return '';
  };
}

/** Of the request line, without `?`: up to the next blank. */
function queryOf({ request }: RecordedRequest): string {
  const head = request?.parts[0];
  if (head === undefined) return '';
  const line = head.subarray(0, Math.max(0, head.indexOf(LF)));
  const mark = line.indexOf(QUESTION_MARK);
  if (mark < 0) return '';
  const blank = line.indexOf(SP, mark);
  return textOf(line, mark + 1, blank < 0 ? line.length : blank).trimEnd();
}

/** What is no percent-encoded UTF-8 stays as it is. */
function decoded(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
