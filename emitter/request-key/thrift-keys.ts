/** A key out of a Thrift call's arguments: ids of fields, from the arguments down. */
import { type ThriftStruct, type ThriftValue, viewThrift } from '../../parser/index.ts';
import { MAX_KEY_CHARS, type RequestKey } from './key.ts';

export function fieldKey(ids: readonly number[]): RequestKey {
  return ({ protocol, request }) => {
    if (protocol !== 'thrift' || request === undefined) return '';
    let value: ThriftValue | undefined = viewThrift(request).body;
    for (const id of ids) value = value?.type === 'struct' ? fieldOf(value, id) : undefined;
    return value === undefined ? '' : scalarText(value);
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
