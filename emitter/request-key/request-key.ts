/**
 * Keys out of requests, in one place for sessions, stickiness and users: requests of equal key belong together. Nothing is
 * read of a request that its key does not need. An empty key is none: the request has no such header, cookie, parameter
 * or field.
 */
import { BytecopyError } from '../../core/index.ts';
import { cookieKey, headerKey, queryKey } from './head-keys.ts';
import { jsonKey } from './json-key.ts';
import { MAX_KEY_CHARS, type RequestKey } from './key.ts';
import { parseRequestKey, REQUEST_KEYS } from './key-text.ts';
import { fieldKey } from './thrift-keys.ts';

/**
 * @param text see `key-text.ts`
 * @param option what it is the value of, for the message
 * @throws BytecopyError `REPLAY_OPTIONS_INVALID` (exit code 2), naming what is allowed
 */
export function compileRequestKey(text: string, option = 'key'): RequestKey {
  const keyOf = compiled(text);
  if (keyOf !== undefined) {
    return (recorded) => {
      const key = keyOf(recorded);
      return key.length > MAX_KEY_CHARS ? key.slice(0, MAX_KEY_CHARS) : key;
    };
  }
  throw new BytecopyError('REPLAY_OPTIONS_INVALID', `${option}: "${text.slice(0, 80)}" is no key of requests`, {
    hint: `it is one of ${REQUEST_KEYS}`,
    exitCode: 2,
  });
}

function compiled(text: string): RequestKey | undefined {
  const key = parseRequestKey(text);
  switch (key?.kind) {
    case undefined:
      return undefined;
    case 'flow':
      return (recorded) => recorded.flow.id;
    case 'client':
      return (recorded) => recorded.flow.client.address;
    case 'session':
      return (recorded) => recorded.session;
    case 'header':
      return headerKey(key.name);
    case 'cookie':
      return cookieKey(key.name);
    case 'query':
      return queryKey(key.name);
    case 'json':
      return jsonKey(key.steps);
    case 'field':
      return fieldKey(key.steps);
    default:
      return key satisfies never;
  }
}
