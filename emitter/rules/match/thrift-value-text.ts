/** A scalar of a Thrift message as text, found by its path. */
import type { ThriftStruct, ThriftValue } from '../../../parser/index.ts';

/**
 * @param path field ids from the struct down, places of elements in lists and sets
 * @returns undefined where nothing is there, or no scalar; octets that are no UTF-8 as latin1
 */
export function thriftValueText(struct: ThriftStruct, path: readonly number[]): string | undefined {
  let value: ThriftValue | undefined = struct;
  for (const step of path) {
    if (value?.type === 'struct') value = value.fields.find(({ id }) => id === step)?.value;
    else if (value?.type === 'list' || value?.type === 'set') value = value.elements[step];
    else return undefined;
  }
  return value === undefined ? undefined : scalarText(value);
}

function scalarText(value: ThriftValue): string | undefined {
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
      return value.text ?? Buffer.from(value.bytes).toString('latin1');
    case 'struct':
    case 'list':
    case 'set':
    case 'map':
      return undefined;
    default:
      return value satisfies never;
  }
}
