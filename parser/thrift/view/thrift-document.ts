/**
 * A view as JSON for programs: fields by id, with names where the IDL gives them.
 *
 *     { "1": { "name": "item", "type": "struct", "value": { "1": { "type": "i64", "value": "5" } } } }
 *
 * i64 are decimal text, because JSON numbers are doubles; so are NaN and the infinities. Octets that are no UTF-8 are
 * `{ "base64": … }`. Lists and sets are arrays, maps arrays of pairs.
 */
import type { NamedType, ThriftNames } from '../idl/thrift-names.ts';
import type { ThriftStruct, ThriftValue } from './thrift-value.ts';
import type { ThriftView } from './thrift-view.ts';

export interface ThriftFieldDocument {
  /** From the IDL. */
  readonly name?: string;
  /** With the types of elements: `list<i32>`. */
  readonly type: string;
  readonly value: unknown;
  /** Name of the value, for an enum of the IDL. */
  readonly enum?: string;
}

export type ThriftStructDocument = Readonly<Record<string, ThriftFieldDocument>>;

/** @returns what `JSON.stringify` takes */
export function thriftDocument(view: ThriftView, names: ThriftNames | undefined): Readonly<Record<string, unknown>> {
  const fields = structDocument(view.body, bodyType(view, names));
  return {
    transport: view.transport,
    encoding: view.encoding ?? null,
    kind: view.kind ?? null,
    service: view.service,
    method: view.method,
    sequenceId: view.sequenceId,
    ...(view.headerSequenceId === undefined ? {} : { headerSequenceId: view.headerSequenceId }),
    transforms: view.transforms,
    headers: view.headers.map(({ place, name, number, value }) => ({
      place,
      name,
      ...(number === undefined ? {} : { number }),
      value,
    })),
    ...bodyDocument(view, fields),
    problems: view.problems,
  };
}

/** What the IDL says about the fields of the body. */
export function bodyType(view: ThriftView, names: ThriftNames | undefined): NamedType | undefined {
  if (view.kind === 'exception') return APPLICATION_EXCEPTION;
  const named = names?.function(view.service, view.method);
  return view.kind === 'reply' ? named?.result : named?.arguments;
}

function bodyDocument(view: ThriftView, fields: ThriftStructDocument): Readonly<Record<string, unknown>> {
  if (view.result !== undefined) return { result: { kind: view.result.kind, fields } };
  if (view.applicationException !== undefined) return { exception: { ...view.applicationException, fields } };
  return { arguments: fields };
}

function structDocument({ fields }: ThriftStruct, type: NamedType | undefined): ThriftStructDocument {
  const document: Record<string, ThriftFieldDocument> = {};
  for (const { id, value } of fields) {
    const named = type?.field(id);
    const member = value.type === 'i32' ? named?.type?.member(value.value) : undefined;
    document[id] = {
      ...(named === undefined ? {} : { name: named.name }),
      type: thriftTypeText(value),
      value: valueDocument(value, named?.type),
      ...(member === undefined ? {} : { enum: member }),
    };
  }
  return document;
}

function valueDocument(value: ThriftValue, type: NamedType | undefined): unknown {
  switch (value.type) {
    case 'bool':
    case 'i8':
    case 'i16':
    case 'i32':
    case 'uuid':
      return value.value;
    case 'double':
      return Number.isFinite(value.value) ? value.value : String(value.value);
    case 'i64':
      return value.value.toString();
    case 'string':
      return value.text ?? { base64: Buffer.from(value.bytes).toString('base64') };
    case 'struct':
      return structDocument(value, type);
    case 'list':
    case 'set':
      return value.elements.map((element) => valueDocument(element, type?.element));
    case 'map':
      return value.entries.map(([key, one]) => [valueDocument(key, type?.key), valueDocument(one, type?.value)]);
    default:
      return value satisfies never;
  }
}

/** The type as the wire says it, with the types of elements: `map<string, i32>`. */
export function thriftTypeText(value: ThriftValue): string {
  switch (value.type) {
    case 'list':
    case 'set':
      return `${value.type}<${value.elementType ?? '?'}>`;
    case 'map':
      return value.keyType === undefined ? 'map' : `map<${value.keyType}, ${value.valueType ?? '?'}>`;
    default:
      return value.type;
  }
}

/** Every Thrift library knows it without IDL. */
const APPLICATION_EXCEPTION: NamedType = {
  name: 'TApplicationException',
  field: (id) => ({ 1: { name: 'message', type: undefined }, 2: { name: 'type', type: undefined } })[id],
  element: undefined,
  key: undefined,
  value: undefined,
  member: () => undefined,
};
