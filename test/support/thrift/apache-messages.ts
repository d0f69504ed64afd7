/** Thrift messages as Apache's own writers for Node put them on the wire. */
import thrift from 'thrift';
import type { PlainStruct, PlainValue } from './plain-value.ts';

export type WrittenEncoding = 'binary' | 'binary-old' | 'compact' | 'json';

export const KIND = { call: 1, reply: 2, exception: 3, oneway: 4 } as const;

export interface WrittenMessage {
  readonly name: string;
  readonly kind: number;
  readonly sequenceId: number;
  readonly body: PlainStruct;
}

const TYPE_ID: Readonly<Record<PlainValue['type'], number>> = {
  bool: 2,
  i8: 3,
  double: 4,
  i16: 6,
  i32: 8,
  i64: 10,
  string: 11,
  binary: 11,
  struct: 12,
  map: 13,
  set: 14,
  list: 15,
  uuid: 16,
};

/** What the package's types leave out or call differently. */
type Protocol = thrift.TProtocol & { writeUuid(value: string): void };

/** The message without frame or header. */
export function apacheMessage(encoding: WrittenEncoding, message: WrittenMessage): Buffer {
  const written: Buffer[] = [];
  const transport = new thrift.TBufferedTransport(undefined, (bytes) => {
    if (bytes !== undefined) written.push(bytes);
  });
  const protocol = protocolOf(encoding, transport);
  protocol.writeMessageBegin(message.name, message.kind, message.sequenceId);
  writeValue(protocol, message.body);
  protocol.writeMessageEnd();
  protocol.flush();
  return Buffer.concat(written);
}

function protocolOf(encoding: WrittenEncoding, transport: thrift.TBufferedTransport): Protocol {
  switch (encoding) {
    case 'binary':
      return new thrift.TBinaryProtocol(transport, true, true) as unknown as Protocol;
    case 'binary-old':
      return new thrift.TBinaryProtocol(transport, false, false) as unknown as Protocol;
    case 'compact':
      return new thrift.TCompactProtocol(transport) as unknown as Protocol;
    case 'json':
      return new thrift.TJSONProtocol(transport) as unknown as Protocol;
    default:
      return encoding satisfies never;
  }
}

function writeValue(protocol: Protocol, value: PlainValue): void {
  switch (value.type) {
    case 'bool':
      protocol.writeBool(value.value);
      return;
    case 'i8':
      protocol.writeByte(value.value);
      return;
    case 'i16':
      protocol.writeI16(value.value);
      return;
    case 'i32':
      protocol.writeI32(value.value);
      return;
    case 'i64': {
      const octets = Buffer.alloc(8);
      octets.writeBigInt64BE(value.value);
      protocol.writeI64(new thrift.Int64(octets) as unknown as number);
      return;
    }
    case 'double':
      protocol.writeDouble(value.value);
      return;
    case 'string':
      protocol.writeString(value.text);
      return;
    case 'binary':
      protocol.writeBinary(Buffer.from(value.hex, 'hex'));
      return;
    case 'uuid':
      protocol.writeUuid(value.value);
      return;
    case 'struct':
      protocol.writeStructBegin('s');
      for (const field of value.fields) {
        protocol.writeFieldBegin('f', TYPE_ID[field.value.type], field.id);
        writeValue(protocol, field.value);
        protocol.writeFieldEnd();
      }
      protocol.writeFieldStop();
      protocol.writeStructEnd();
      return;
    case 'list':
      protocol.writeListBegin(TYPE_ID[value.elementType], value.elements.length);
      for (const element of value.elements) writeValue(protocol, element);
      protocol.writeListEnd();
      return;
    case 'set':
      protocol.writeSetBegin(TYPE_ID[value.elementType], value.elements.length);
      for (const element of value.elements) writeValue(protocol, element);
      protocol.writeSetEnd();
      return;
    case 'map':
      protocol.writeMapBegin(TYPE_ID[value.keyType], TYPE_ID[value.valueType], value.entries.length);
      for (const [key, one] of value.entries) {
        writeValue(protocol, key);
        writeValue(protocol, one);
      }
      protocol.writeMapEnd();
      return;
    default:
      value satisfies never;
  }
}
