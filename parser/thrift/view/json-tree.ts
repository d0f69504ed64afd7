/**
 * Messages of Thrift's JSON protocol.
 *
 *     message   [1, "name", kind, sequence id, struct]
 *     struct    {"id": {"type": value}, …}
 *     list      ["type", size, element, …]                       set: the same
 *     map       ["key type", "value type", size, {"key": value, …}]
 *     types     tf i8 i16 i32 i64 dbl str rec map lst set uid;   bools are 0 and 1, binary is base64 and not told from text
 *
 * Source: the comments of Apache Thrift's TJSONProtocol.
 */
import type { ByteCount } from '../../../core/index.ts';
import type { ThriftField, ThriftStruct, ThriftTypeName, ThriftValue } from './thrift-value.ts';

/** Longest text looked at. */
const MAX_JSON_BYTES: ByteCount = 16 * 1024 * 1024;
const MAX_DEPTH = 64;

const TYPES = new Map<string, ThriftTypeName>([
  ['tf', 'bool'],
  ['i8', 'i8'],
  ['i16', 'i16'],
  ['i32', 'i32'],
  ['i64', 'i64'],
  ['dbl', 'double'],
  ['str', 'string'],
  ['uid', 'uuid'],
  ['rec', 'struct'],
  ['map', 'map'],
  ['lst', 'list'],
  ['set', 'set'],
]);

const NO_PLACE = { start: 0, end: 0 } as const;

export interface JsonMessage {
  readonly name: string;
  readonly kind: number;
  readonly sequenceId: number;
  readonly body: ThriftStruct;
  readonly problem: string;
}

/** Undefined where the text is no message. */
export function readJsonMessage(bytes: Uint8Array): JsonMessage | undefined {
  if (bytes.length > MAX_JSON_BYTES) return undefined;
  const message = parseExactly(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  if (!Array.isArray(message)) return undefined;
  const [, name, kind, sequenceId, struct] = message as readonly unknown[];
  if (typeof name !== 'string' || typeof kind !== 'number' || typeof sequenceId !== 'number') return undefined;
  const reader = new JsonReader();
  const body = reader.struct(struct);
  return { name, kind, sequenceId, body, problem: reader.problem };
}

/** Integers that a double does not hold come as their digits. */
function parseExactly(text: string): unknown {
  const exact = text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
  try {
    return JSON.parse(exact);
  } catch {
    return undefined;
  }
}

class JsonReader {
  problem = '';
  #depth = 0;

  struct(from: unknown): ThriftStruct {
    const fields: ThriftField[] = [];
    if (!isObject(from) || this.#depth >= MAX_DEPTH) this.#fail(this.#depth >= MAX_DEPTH ? 'too-deep' : 'not-a-struct');
    else {
      this.#depth++;
      for (const [id, typed] of Object.entries(from)) {
        const [entry] = isObject(typed) ? Object.entries(typed) : [];
        const type = entry === undefined ? undefined : TYPES.get(entry[0]);
        if (entry === undefined || type === undefined || !/^-?\d{1,5}$/.test(id)) this.#fail('unknown-type');
        else fields.push({ id: Number(id), value: this.#value(type, entry[1]) });
      }
      this.#depth--;
    }
    return { type: 'struct', fields, ...NO_PLACE };
  }

  #value(type: ThriftTypeName, from: unknown): ThriftValue {
    switch (type) {
      case 'bool':
        return { type, value: Number(from) === 1, ...NO_PLACE };
      case 'i8':
      case 'i16':
      case 'i32':
      case 'double':
        return { type, value: Number(from), ...NO_PLACE };
      case 'i64':
        return { type, value: this.#long(from), ...NO_PLACE };
      case 'string': {
        const text = String(from);
        return { type, bytes: Buffer.from(text), text, ...NO_PLACE };
      }
      case 'uuid':
        return { type, value: String(from), ...NO_PLACE };
      case 'struct':
        return this.struct(from);
      case 'list':
      case 'set':
        return this.#list(type, from);
      case 'map':
        return this.#map(from);
      default:
        return type satisfies never;
    }
  }

  #list(type: 'list' | 'set', from: unknown): ThriftValue {
    const [typeName, , ...values] = Array.isArray(from) ? (from as unknown[]) : [];
    const elementType = TYPES.get(String(typeName));
    const elements =
      elementType === undefined ? [] : this.#inside(() => values.map((one) => this.#value(elementType, one)));
    return { type, elementType, elements: elements ?? [], ...NO_PLACE };
  }

  #map(from: unknown): ThriftValue {
    const [keyName, valueName, , pairs] = Array.isArray(from) ? (from as unknown[]) : [];
    const keyType = TYPES.get(String(keyName));
    const valueType = TYPES.get(String(valueName));
    const entries =
      keyType === undefined || valueType === undefined || !isObject(pairs)
        ? []
        : this.#inside(() =>
            Object.entries(pairs).map(
              ([key, value]) => [this.#value(keyType, key), this.#value(valueType, value)] as const,
            ),
          );
    return { type: 'map', keyType, valueType, entries: entries ?? [], ...NO_PLACE };
  }

  #inside<T>(read: () => T): T | undefined {
    if (this.#depth >= MAX_DEPTH) {
      this.#fail('too-deep');
      return undefined;
    }
    this.#depth++;
    const result = read();
    this.#depth--;
    return result;
  }

  #long(from: unknown): bigint {
    if (/^-?\d{1,20}$/.test(String(from))) return BigInt.asIntN(64, BigInt(String(from)));
    this.#fail('not-a-number');
    return 0n;
  }

  #fail(problem: string): void {
    if (this.problem === '') this.problem = problem;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
