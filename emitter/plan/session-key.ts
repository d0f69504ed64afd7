/**
 * Which exchanges keep their order among each other: those of equal key.
 *
 *   flow           recorded connection           client      client's address
 *   session        exchange's own session        header:ID   value of a header: HTTP, THeader, TTHeader
 *   cookie:SID     value of a cookie (HTTP)      field:1.2   field 2 of the first argument (Thrift), any scalar
 *
 * An empty key keeps no order: the request has no such header, cookie or field.
 */
import { BytecopyError, type Exchange } from '../../core/index.ts';
import { type ThriftStruct, type ThriftValue, viewThrift } from '../../parser/index.ts';

/** Longer values are cut. */
const MAX_KEY_CHARS = 256;

/** Structs within structs, as a path may go. */
const MAX_PATH_FIELDS = 16;

/** A token of RFC 9110, section 5.6.2; names of cookies are tokens too (RFC 6265, section 4.1.1). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FIELD_PATH = /^-?\d{1,5}(\.-?\d{1,5})*$/;

export type SessionKey = (exchange: Exchange) => string;

/**
 * @param text as in the option `session`
 * @throws BytecopyError `REPLAY_OPTIONS_INVALID` (exit code 2), naming what is allowed
 */
export function compileSessionKey(text: string): SessionKey {
  switch (text) {
    case 'flow':
      return (exchange) => exchange.flow.id;
    case 'client':
      return (exchange) => exchange.flow.client.address;
    case 'session':
      return (exchange) => cut(exchange.session);
  }
  const colon = text.indexOf(':');
  const name = text.slice(colon + 1);
  switch (text.slice(0, Math.max(0, colon))) {
    case 'header':
      if (TOKEN.test(name)) return headerKey(name);
      break;
    case 'cookie':
      if (TOKEN.test(name)) return cookieKey(name);
      break;
    case 'field':
      if (FIELD_PATH.test(name) && name.split('.').length <= MAX_PATH_FIELDS) return fieldKey(name);
  }
  throw new BytecopyError('REPLAY_OPTIONS_INVALID', `session: "${text.slice(0, 80)}" is no key of sessions`, {
    hint: 'it is one of flow, client, session, header:NAME, cookie:NAME, field:PATH (Thrift field ids, such as field:1.255.1)',
    exitCode: 2,
  });
}

function headerKey(name: string): SessionKey {
  const line = lineOf(name);
  const lowerName = name.toLowerCase();
  return (exchange) => {
    if (exchange.protocol === 'http1') return cut(line.exec(headOf(exchange))?.[1]?.trimEnd() ?? '');
    if (exchange.protocol !== 'thrift' || exchange.request === undefined) return '';
    return cut(
      viewThrift(exchange.request).headers.find((header) => header.name.toLowerCase() === lowerName)?.value ?? '',
    );
  };
}

function cookieKey(name: string): SessionKey {
  const line = lineOf('Cookie', 'g');
  const start = `${name}=`;
  return (exchange) => {
    if (exchange.protocol !== 'http1') return '';
    for (const [, cookies = ''] of headOf(exchange).matchAll(line)) {
      for (const cookie of cookies.split(';')) {
        const pair = cookie.trim();
        if (pair.startsWith(start)) return cut(pair.slice(start.length));
      }
    }
    return '';
  };
}

function fieldKey(path: string): SessionKey {
  const ids = path.split('.').map(Number);
  return ({ protocol, request }) => {
    if (protocol !== 'thrift' || request === undefined) return '';
    let value: ThriftValue | undefined = viewThrift(request).body;
    for (const id of ids) value = value?.type === 'struct' ? fieldOf(value, id) : undefined;
    return value === undefined ? '' : cut(scalarText(value));
  };
}

function fieldOf(struct: ThriftStruct, id: number): ThriftValue | undefined {
  return struct.fields.find((field) => field.id === id)?.value;
}

/** Empty for structs and containers. */
function scalarText(value: ThriftValue): string {
  switch (value.type) {
    case 'bool':
    case 'i8':
    case 'i16':
    case 'i32':
    case 'i64':
    case 'double':
    case 'uuid':
      return String(value.value);
    case 'string':
      return value.text ?? Buffer.from(value.bytes.subarray(0, MAX_KEY_CHARS)).toString('latin1');
    case 'struct':
    case 'list':
    case 'set':
    case 'map':
      return '';
    default:
      return value satisfies never;
  }
}

/** The field's line, its value as the first group; the first line of a folded value. */
function lineOf(name: string, flags = ''): RegExp {
  const escaped = name.replaceAll(/[.*+^$|]/g, '\\$&');
  return new RegExp(`^${escaped}:[ \\t]*([^\\r\\n]*)`, `im${flags}`);
}

/** Octets as latin1; what of the head is in the first part. */
function headOf({ request }: Exchange): string {
  const [first] = request?.parts ?? [];
  if (first === undefined || request === undefined) return '';
  const byteCount = Math.min(first.length, request.headByteCount);
  return Buffer.from(first.buffer, first.byteOffset, byteCount).toString('latin1');
}

function cut(text: string): string {
  return text.length > MAX_KEY_CHARS ? text.slice(0, MAX_KEY_CHARS) : text;
}
