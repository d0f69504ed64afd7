/**
 * What the exchanges of a block share, written once and named by number: texts, flows, origins.
 *
 *   numbers   texts: count, length of each │ flows: count, length of each │ origins: count, length of each
 *   bytes     the texts in UTF-8           │ flow id (u64) and `Flow` each │ `Origin` each, as in exchange.proto
 *
 * Number 0 is the empty text and the origin that says nothing; flows count from 0. Who reads makes each of them once a
 * block, whatever the number of exchanges.
 */
import {
  BytecopyError,
  type Flow,
  NO_ORIGIN,
  type Origin,
  readFlow,
  readOrigin,
  readText,
  SchemaReader,
  type SchemaWriter,
  writeFlow,
  writeOrigin,
} from '../../core/index.ts';
import { type NumberReader, type NumberWriter, notAPayload } from './numbers.ts';

const FLOW_ID_BYTES = 8;

export class SharedTableWriter {
  readonly #texts = new Map<string, number>();
  readonly #flows = new Map<Flow, number>();
  readonly #origins = new Map<Origin, number>();

  clear(): void {
    this.#texts.clear();
    this.#flows.clear();
    this.#origins.clear();
  }

  text(text: string): number {
    return text === '' ? 0 : numberOf(this.#texts, text) + 1;
  }

  flow(flow: Flow): number {
    return numberOf(this.#flows, flow);
  }

  origin(origin: Origin): number {
    return origin === NO_ORIGIN ? 0 : numberOf(this.#origins, origin) + 1;
  }

  write(numbers: NumberWriter, bytes: SchemaWriter): void {
    numbers.reserve(this.#texts.size + this.#flows.size + this.#origins.size + 3);
    writeEach(this.#texts, numbers, bytes, writeText);
    writeEach(this.#flows, numbers, bytes, writeFlowWithId);
    writeEach(this.#origins, numbers, bytes, writeOrigin);
  }
}

export interface SharedTable {
  readonly texts: readonly string[];
  readonly flows: readonly Flow[];
  readonly origins: readonly Origin[];
}

/** @throws BytecopyError `STORE_CORRUPT_BLOCK`, `SCHEMA_INVALID` */
export function readSharedTable(numbers: NumberReader, payload: Uint8Array, start: number, end: number): SharedTable {
  const reader = new SchemaReader();
  reader.open(payload);
  reader.pos = start;
  try {
    const texts = ['', ...readEach(numbers, end, reader, readSharedText)];
    const flows = readEach(numbers, end, reader, readFlowWithId);
    const origins = [NO_ORIGIN, ...readEach(numbers, end, reader, readOrigin)];
    if (reader.pos !== end) throw notAPayload('its table is longer than announced');
    return { texts, flows, origins };
  } catch (error) {
    if (error instanceof BytecopyError) throw error;
    // The library's own, of wire types that are none.
    throw notAPayload((error as Error).message, error);
  }
}

function numberOf<T>(known: Map<T, number>, value: T): number {
  const found = known.get(value);
  if (found !== undefined) return found;
  known.set(value, known.size);
  return known.size - 1;
}

function writeEach<T>(
  values: Map<T, number>,
  numbers: NumberWriter,
  bytes: SchemaWriter,
  write: (value: T, bytes: SchemaWriter) => void,
): void {
  numbers.put(values.size);
  for (const value of values.keys()) {
    const start = bytes.pos;
    write(value, bytes);
    numbers.put(bytes.pos - start);
  }
}

function readEach<T>(
  numbers: NumberReader,
  limit: number,
  reader: SchemaReader,
  read: (reader: SchemaReader, end: number) => T,
): T[] {
  const values: T[] = [];
  for (let left = numbers.number(); left > 0; left--) {
    const end = reader.pos + numbers.number();
    if (end > limit) throw notAPayload('its table is shorter than announced');
    values.push(read(reader, end));
    reader.pos = end;
  }
  return values;
}

function writeText(text: string, bytes: SchemaWriter): void {
  bytes.plainText(text);
}

function readSharedText(reader: SchemaReader, end: number): string {
  return readText(reader.buf, reader.pos, end);
}

function writeFlowWithId(flow: Flow, bytes: SchemaWriter): void {
  bytes.digits64(flow.id);
  writeFlow(flow, bytes);
}

function readFlowWithId(reader: SchemaReader, end: number): Flow {
  if (end - reader.pos < FLOW_ID_BYTES) throw notAPayload('a flow without an id');
  const low = reader.half(end);
  const high = reader.half(end);
  return readFlow(reader, reader.pos, end, low, high);
}
