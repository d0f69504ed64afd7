/**
 * `Flow` of the schema. The flow id is the exchange's and is not written twice.
 *
 * Exchanges of one flow share one `Flow` object after decoding too: a slot picked by the flow id keeps the last flow's
 * bytes, and equal bytes give the same object.
 */
import type { Flow, Orientation, Vantage } from '../flow/flow.ts';
import type { FlowId } from '../flow/flow-id.ts';
import { oneOf, type SchemaReader } from './schema-reader.ts';
import type { SchemaWriter } from './schema-writer.ts';

const VANTAGES: ReadonlySet<Vantage> = new Set(['unknown', 'caller', 'callee', 'both']);
const ORIENTATIONS: ReadonlySet<Orientation> = new Set(['handshake', 'port', 'guess']);

/** Flows remembered; about 300 bytes each. More flows at once only cost the time to decode them again. */
const SLOTS = 1024;

/** Encodings longer than this (a deep tunnel path) are not remembered. */
const MAX_REMEMBERED_BYTES = 256;

interface Remembered {
  readonly low: number;
  readonly high: number;
  readonly bytes: Uint8Array;
  readonly flow: Flow;
}

const remembered: (Remembered | undefined)[] = new Array<Remembered | undefined>(SLOTS).fill(undefined);

export function writeFlow(flow: Flow, writer: SchemaWriter): void {
  writer.text(1, flow.client.address);
  writer.count(2, flow.client.port);
  writer.text(3, flow.server.address);
  writer.count(4, flow.server.port);
  writer.text(5, flow.network);
  if (flow.vantage !== 'unknown') writer.text(6, flow.vantage);
  if (flow.orientation !== 'handshake') writer.text(7, flow.orientation);
  writer.count(8, flow.startedAt);
}

/** @param low,high halves of the flow id */
export function readFlow(reader: SchemaReader, start: number, end: number, low: number, high: number): Flow {
  const slot = (low ^ (low >>> 10) ^ (low >>> 20)) & (SLOTS - 1);
  const last = remembered[slot];
  if (last !== undefined && last.low === low && last.high === high && sameBytes(last.bytes, reader.buf, start, end)) {
    return last.flow;
  }
  reader.pos = start;
  const flow = readFields(reader, end, hex32(high) + hex32(low));
  if (end - start <= MAX_REMEMBERED_BYTES) {
    remembered[slot] = { low, high, bytes: Uint8Array.from(reader.buf.subarray(start, end)), flow };
  }
  return flow;
}

function readFields(reader: SchemaReader, end: number, id: FlowId): Flow {
  let clientAddress = '';
  let clientPort = 0;
  let serverAddress = '';
  let serverPort = 0;
  let network = '';
  let vantage: Vantage = 'unknown';
  let orientation: Orientation = 'handshake';
  let startedAt = 0;
  while (reader.pos < end) {
    const key = reader.readVarint();
    switch (key) {
      case 0o12:
        clientAddress = reader.text(end);
        break;
      case 0o20:
        clientPort = reader.count('client port', 0xffff);
        break;
      case 0o32:
        serverAddress = reader.text(end);
        break;
      case 0o40:
        serverPort = reader.count('server port', 0xffff);
        break;
      case 0o52:
        network = reader.text(end);
        break;
      case 0o62:
        vantage = oneOf(VANTAGES, reader.text(end), 'vantage');
        break;
      case 0o72:
        orientation = oneOf(ORIENTATIONS, reader.text(end), 'orientation');
        break;
      case 0o100:
        startedAt = reader.count('start time');
        break;
      default:
        reader.skip(key);
    }
  }
  reader.ended(end);
  return {
    id,
    client: { address: clientAddress, port: clientPort },
    server: { address: serverAddress, port: serverPort },
    network,
    vantage,
    orientation,
    startedAt,
  };
}

function sameBytes(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0');
}
