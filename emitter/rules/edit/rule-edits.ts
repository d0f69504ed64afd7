/** What the rules of a request change about it, put together in their order: of edits of one thing the last one counts. */
import type { RequestEdits, ThriftEdits } from '../../../parser/index.ts';

/** Shared by all requests that the same edits are made to, so that what is made from it can be kept by its identity. */
export interface RuleEdits {
  readonly http?: RequestEdits;
  readonly thrift?: ThriftEdits;
}

type ThriftKey = string | number;

/** Edits of HTTP requests, one after the other. Paths are rewritten in turn; of bodies the last one counts. */
export function joinRequestEdits(all: readonly RequestEdits[]): RequestEdits {
  const headers = new Map<string, { readonly name: string; readonly value: string | undefined }>();
  const parameters = new Map<string, string | undefined>();
  let joined: RequestEdits = {};
  for (const { setHeaders = [], removeHeaders = [], host, path, query = {}, body } of all) {
    for (const name of removeHeaders) headers.set(name.toLowerCase(), { name, value: undefined });
    for (const [name, value] of setHeaders) headers.set(name.toLowerCase(), { name, value });
    for (const name of query.remove ?? []) parameters.set(name, undefined);
    for (const [name, value] of query.set ?? []) parameters.set(name, value);
    if (host !== undefined) joined = { ...joined, host };
    if (path !== undefined) joined = { ...joined, path: pathBehind(joined.path, path) };
    if (body !== undefined) joined = { ...joined, body };
  }
  const { set: setHeaders, removed: removeHeaders } = split([...headers.values()].map((one) => [one.name, one.value]));
  const query = split([...parameters]);
  return {
    ...joined,
    ...(setHeaders.length > 0 ? { setHeaders } : {}),
    ...(removeHeaders.length > 0 ? { removeHeaders } : {}),
    ...(parameters.size > 0 ? { query: { set: query.set, remove: query.removed } } : {}),
  };
}

/** Edits of Thrift calls, one after the other. */
export function joinThriftEdits(all: readonly ThriftEdits[]): ThriftEdits {
  const headers = new Map<ThriftKey, string | undefined>();
  for (const { setHeaders = [], removeHeaders = [] } of all) {
    for (const key of removeHeaders) headers.set(key, undefined);
    for (const [key, value] of setHeaders) headers.set(key, value);
  }
  const setFields = all.flatMap((edits) => edits.setFields ?? []);
  const { set: setHeaders, removed: removeHeaders } = split([...headers]);
  return {
    ...(setHeaders.length > 0 ? { setHeaders } : {}),
    ...(removeHeaders.length > 0 ? { removeHeaders } : {}),
    ...(setFields.length > 0 ? { setFields } : {}),
  };
}

function split<Key>(edits: readonly (readonly [key: Key, value: string | undefined])[]): {
  readonly set: (readonly [key: Key, value: string])[];
  readonly removed: Key[];
} {
  const set: (readonly [key: Key, value: string])[] = [];
  const removed: Key[] = [];
  for (const [key, value] of edits) {
    if (value === undefined) removed.push(key);
    else set.push([key, value]);
  }
  return { set, removed };
}

type PathEdit = NonNullable<RequestEdits['path']>;

function pathBehind(before: PathEdit | undefined, after: PathEdit): PathEdit {
  if (before === undefined || typeof after === 'string') return after;
  if (typeof before === 'string') return after(before);
  return (path) => after(before(path));
}
