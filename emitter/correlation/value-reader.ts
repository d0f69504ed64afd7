/** Reads the value of a rule out of an answer, the recorded one and the new one alike. Values are octets as latin1. */
import { RE2JS } from 're2js';
import { type JsonStep, parseJsonPath, type ThriftValue } from '../../parser/index.ts';
import { jsonStringText, locateJson } from '../rules/json/locate-json.ts';
import type { Answer } from './answer.ts';
import { latin1Of, octetsOf } from './octets.ts';
import { parseSource } from './options.ts';

/** @returns undefined where the answer has no such value; an empty one is none */
export type ValueReader = (answer: Answer) => string | undefined;

/** @param text as in the options, checked */
export function compileSource(text: string): ValueReader {
  const source = parseSource(text);
  if (typeof source === 'string') throw new TypeError(source);
  switch (source.kind) {
    case 'header':
      return headerReader(source.name);
    case 'cookie':
      return cookieReader(source.name);
    case 'json':
      return jsonReader(parseJsonPath(source.path) ?? []);
    case 'body':
      return bodyReader(RE2JS.compile(source.expression));
    case 'field':
      return fieldReader(source.ids);
    default:
      return source satisfies never;
  }
}

/** The first line of that name. */
function headerReader(name: string): ValueReader {
  const line = lineOf(name, 'im');
  const lowerName = name.toLowerCase();
  return (answer) => {
    if (answer.protocol === 'http1') return given(line.exec(answer.head)?.[1]?.trimEnd());
    const value = answer.thrift?.headers.find((header) => header.name.toLowerCase() === lowerName)?.value;
    return value === undefined ? undefined : given(octetsOf(value));
  };
}

/** The last one of that name, which is what a client keeps (RFC 6265, section 5.3, step 11). */
function cookieReader(name: string): ValueReader {
  const line = lineOf('Set-Cookie', 'gim');
  const start = `${name}=`;
  return (answer) => {
    let value: string | undefined;
    for (const [, cookie = ''] of answer.head.matchAll(line)) {
      if (cookie.startsWith(start)) value = cookie.slice(start.length).split(';', 1)[0]?.trim();
    }
    return given(value);
  };
}

/** The first place of the path; a string's text, or a number as it is written. */
function jsonReader(path: readonly JsonStep[]): ValueReader {
  // Most answers are without: a look for the name costs less than a walk.
  const name = path.findLast((step) => typeof step === 'string');
  const quoted = name === undefined ? '' : octetsOf(JSON.stringify(name));
  return (answer) => {
    if (!answer.body.includes(quoted)) return undefined;
    const [place] = locateJson(answer.body, path)?.values ?? [];
    if (place === undefined) return undefined;
    const written = answer.body.slice(place.start, place.end);
    if (/^[-\d]/.test(written)) return written;
    const text = written.startsWith('"') ? jsonStringText(written) : undefined;
    return text === undefined ? undefined : given(octetsOf(text));
  };
}

/** The first match; in time linear in the body, whatever the expression (RE2). */
function bodyReader(expression: RE2JS): ValueReader {
  return (answer) => {
    const matcher = expression.matcher(answer.body);
    return matcher.find() ? given(matcher.group(1) ?? undefined) : undefined;
  };
}

function fieldReader(ids: readonly number[]): ValueReader {
  return (answer) => {
    let value: ThriftValue | undefined = answer.thrift?.body;
    for (const id of ids) value = value === undefined ? undefined : inner(value, id);
    return value === undefined ? undefined : given(scalarOctets(value));
  };
}

function inner(value: ThriftValue, id: number): ThriftValue | undefined {
  if (value.type === 'struct') return value.fields.find((field) => field.id === id)?.value;
  return value.type === 'list' || value.type === 'set' ? value.elements[id] : undefined;
}

function scalarOctets(value: ThriftValue): string | undefined {
  switch (value.type) {
    case 'string':
      return latin1Of(value.bytes);
    case 'i16':
    case 'i32':
    case 'i64':
    case 'uuid':
      return String(value.value);
    case 'bool':
    case 'i8':
    case 'double':
    case 'struct':
    case 'list':
    case 'set':
    case 'map':
      return undefined;
    default:
      return value satisfies never;
  }
}

/** The field's line, its value as the first group. */
function lineOf(name: string, flags: string): RegExp {
  return new RegExp(`^${name.replaceAll(/[.*+^$|]/g, '\\$&')}:[ \\t]*([^\\r\\n]*)`, flags);
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
