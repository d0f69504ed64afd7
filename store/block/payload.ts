/**
 * What a block holds once it is unpacked: numbers first, texts behind them, bodies last.
 *
 *     +---------+--------+-------+----------------------------------+---------------+---------+-----------
 *     | numbers | shared | words | numbers …                        | shared …      | words … | bodies …
 *     | u32     | u32    | u32   | first time, table, exchange 0, … | texts, flows, | UTF-8   | to the end
 *     +---------+--------+-------+----------------------------------+---------------+---------+-----------
 *
 * The first three are the octets of each part, little-endian. `numbers.ts` says how numbers are written, `shared-table.ts`
 * what exchanges share, `record.ts` what is their own. Like things stand beside each other: they compress better, texts
 * and flows are made once a block, and all words come out of the octets in one call and are cut by their lengths.
 */
import { type ByteCount, decodeText, type Exchange, SchemaWriter } from '../../core/index.ts';
import { NumberReader, NumberWriter, notAPayload } from './numbers.ts';
import { RecordReader } from './record-reader.ts';
import { RecordWriter } from './record-writer.ts';
import { readSharedTable, SharedTableWriter } from './shared-table.ts';

const HEADER_BYTES: ByteCount = 12;
const SCRATCH_BYTES: ByteCount = 16 * 1024;
/** Scratch that one block made larger than this is not kept. */
const MAX_KEPT_SCRATCH_BYTES: ByteCount = 1024 * 1024;

/** Makes payloads, one after the other, over the same scratch. */
export class PayloadPacker {
  readonly #numbers = new NumberWriter();
  readonly #record = new NumberWriter();
  readonly #head = new NumberWriter();
  readonly #words = new SchemaWriter(new Uint8Array(SCRATCH_BYTES));
  readonly #shared = new SchemaWriter(new Uint8Array(SCRATCH_BYTES));
  readonly #table = new SharedTableWriter();
  readonly #writer = new RecordWriter(this.#numbers, this.#record, this.#words, this.#table);

  /** @param exchanges in the order of their ids */
  pack(exchanges: readonly Exchange[]): Buffer {
    const baseAt = exchanges[0]?.id.at ?? 0;
    try {
      for (const exchange of exchanges) this.#writer.write(exchange, baseAt);
      this.#head.reserve(1);
      this.#head.put(baseAt);
      this.#table.write(this.#head, this.#shared);
      return this.#join();
    } finally {
      this.#table.clear();
      this.#writer.clear();
      for (const scratch of [this.#numbers, this.#record, this.#head, this.#words, this.#shared]) release(scratch);
    }
  }

  #join(): Buffer {
    const { bodies } = this.#writer;
    const [numbers, head, words, shared] = [this.#numbers, this.#head, this.#words, this.#shared];
    const numberBytes = head.pos + numbers.pos;
    let byteCount = HEADER_BYTES + numberBytes + shared.pos + words.pos;
    for (const body of bodies) byteCount += body.length;
    const payload = Buffer.allocUnsafe(byteCount);
    payload.writeUInt32LE(numberBytes, 0);
    payload.writeUInt32LE(shared.pos, 4);
    payload.writeUInt32LE(words.pos, 8);
    let at = HEADER_BYTES;
    for (const { buf, pos } of [head, numbers, shared, words]) {
      payload.set(buf.subarray(0, pos), at);
      at += pos;
    }
    for (const body of bodies) {
      payload.set(body, at);
      at += body.length;
    }
    return payload;
  }
}

/** @throws BytecopyError `STORE_CORRUPT_BLOCK`, `SCHEMA_INVALID` @returns the exchanges of the positions whose bits are set */
export function unpackPayload(payload: Buffer, count: number, low: number, high: number): readonly Exchange[] {
  if (payload.length < HEADER_BYTES) throw notAPayload(`only ${payload.length} bytes`);
  const sharedAt = HEADER_BYTES + payload.readUInt32LE(0);
  const wordsAt = sharedAt + payload.readUInt32LE(4);
  const bodiesAt = wordsAt + payload.readUInt32LE(8);
  if (bodiesAt > payload.length) throw notAPayload('its parts reach past its end');
  const numbers = new NumberReader(payload, HEADER_BYTES, sharedAt);
  const baseAt = numbers.number();
  const table = readSharedTable(numbers, payload, sharedAt, wordsAt);
  const words = wordsAt === bodiesAt ? '' : decodeText(payload, wordsAt, bodiesAt);
  const reader = new RecordReader(payload, numbers, table, words, baseAt, bodiesAt);
  const exchanges: Exchange[] = [];
  for (let position = 0; position < count; position++) {
    const exchange = reader.next(isWanted(position, low, high));
    if (exchange !== undefined) exchanges.push(exchange);
  }
  return exchanges;
}

/** Whether a position's bit is set: bit n of `low` is position n, bit n of `high` position 32 + n. */
export function isWanted(position: number, low: number, high: number): boolean {
  return (((position < 32 ? low : high) >>> (position & 31)) & 1) === 1;
}

function release(scratch: NumberWriter | SchemaWriter): void {
  if (scratch.buf.length > MAX_KEPT_SCRATCH_BYTES) {
    scratch.buf = new Uint8Array(SCRATCH_BYTES);
    if (scratch instanceof SchemaWriter) scratch.length = SCRATCH_BYTES;
  }
  scratch.pos = 0;
}
