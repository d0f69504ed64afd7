/**
 * A small name server over UDP: answers from a table that a test changes, or not at all.
 *
 *     0    2       4        6        8        10       12
 *     | id | flags | asked  | answers| 0      | 0      | question, answers      Source: RFC 1035, section 4.1
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export type NameRecord =
  | { readonly type: 'A'; readonly address: string }
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    };

export interface NameServer {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** Records of a name; undefined: there is no such name; `fails`: the server says so. */
  set(name: string, records: readonly NameRecord[] | 'fails' | undefined): void;
  close(): Promise<void>;
}

const TYPES: ReadonlyMap<number, NameRecord['type']> = new Map([
  [1, 'A'],
  [33, 'SRV'],
]);
const HEADER_BYTES = 12;
const RESPONSE = 0x8180;
const SERVER_FAILURE = 2;
const NO_SUCH_NAME = 3;

export async function startNameServer(): Promise<NameServer> {
  const table = new Map<string, readonly NameRecord[] | 'fails'>();
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => socket.send(answerTo(query, table), from.port, from.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    set: (name, records) => {
      if (records === undefined) table.delete(name);
      else table.set(name, records);
    },
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function answerTo(query: Buffer, table: ReadonlyMap<string, readonly NameRecord[] | 'fails'>): Buffer {
  let at = HEADER_BYTES;
  const labels: string[] = [];
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = TYPES.get(query.readUInt16BE(at + 1));
  const question = query.subarray(HEADER_BYTES, at + 5);
  const known = table.get(labels.join('.').toLowerCase());
  const records = known === undefined || known === 'fails' ? [] : known.filter((record) => record.type === type);
  const code = known === undefined ? NO_SUCH_NAME : known === 'fails' ? SERVER_FAILURE : 0;
  const header = Buffer.alloc(HEADER_BYTES);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(RESPONSE | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, question, ...records.map(encodeRecord)]);
}

function encodeRecord(record: NameRecord): Buffer {
  const data = record.type === 'A' ? Buffer.from(record.address.split('.').map(Number)) : encodeService(record);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
  head.writeUInt16BE(record.type === 'A' ? 1 : 33, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(0, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function encodeService({ priority, weight, port, target }: Extract<NameRecord, { type: 'SRV' }>): Buffer {
  const numbers = Buffer.alloc(6);
  numbers.writeUInt16BE(priority, 0);
  numbers.writeUInt16BE(weight, 2);
  numbers.writeUInt16BE(port, 4);
  const labels = target.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([numbers, ...labels, Buffer.from([0])]);
}
