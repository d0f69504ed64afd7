/**
 * `Exchange` to and from the bytes of `exchange.proto`, version 1: what the store keeps and the bus carries.
 *
 * Written fields: what is default is left out; a session that is the flow id, an origin that says nothing and a trace
 * without any id are not written and come back as such. An unknown field is skipped, a field that comes twice counts
 * once. Decoding costs no copy of the bodies: the parts are views of the bytes given.
 */
import { BytecopyError } from '../errors.ts';
import {
  type Exchange,
  type ExchangeOutcome,
  type MaskedPart,
  NO_ATTRIBUTES,
  NO_ORIGIN,
  NO_TURNS,
  NOTHING_MASKED,
  type Protocol,
  type SealedRange,
  type Turn,
} from '../exchange/exchange.ts';
import type { Message } from '../exchange/message.ts';
import { readFlow, writeFlow } from './flow-codec.ts';
import { readMaskedPart, writeMaskedPart } from './masked-part-codec.ts';
import { readMessage, writeMessage } from './message-codec.ts';
import { readOrigin, writeOrigin } from './origin-codec.ts';
import { invalid, oneOf, SchemaReader } from './schema-reader.ts';
import { SchemaWriter } from './schema-writer.ts';
import { readSealedRange, writeSealedRange } from './sealed-range-codec.ts';
import { readTextEntry, writeTextEntry } from './text-entry-codec.ts';
import { readTurn, writeTurn } from './turn-codec.ts';

/** Version of the schema that is written. */
export const SCHEMA_VERSION = 1;

/** Oldest version that is still read. */
const OLDEST_READABLE_VERSION = 1;

/** Encoded exchanges share memory in pieces of this size: an allocation each would cost more than the encoding. */
const SLAB_BYTES = 64 * 1024;

/** With less room than this a new slab is begun; an exchange that does not fit gets a larger one of its own. */
const SLAB_ROOM_BYTES = 4 * 1024;

/** 48 bits, as the exchange id writes it. */
const MAX_STREAM_OFFSET = 0xffff_ffff_ffff;

const PROTOCOLS: ReadonlySet<Protocol> = new Set(['http1', 'thrift', 'tcp']);
const OUTCOMES: ReadonlySet<ExchangeOutcome> = new Set([
  'paired',
  'request-only',
  'response-only',
  'oneway',
  'session',
]);
const NO_MESSAGES: readonly Message[] = [];
const NO_NOTES: readonly string[] = [];
const NOTHING_SEALED: readonly SealedRange[] = [];

let slab = newSlab();
const sharedReader = new SchemaReader();

/** The exchange's bytes: a view of a slab that is shared with exchanges encoded at the same time. */
export function encodeExchange(exchange: Exchange): Uint8Array {
  if (slab.length !== SLAB_BYTES || slab.pos > SLAB_BYTES - SLAB_ROOM_BYTES) slab = newSlab();
  const start = slab.pos;
  encodeExchangeInto(exchange, slab);
  return new Uint8Array(slab.buf.buffer, start, slab.pos - start);
}

/** Appends the exchange's bytes, without their length: `writer.pos` before and after tell where they are in `writer.buf`. */
export function encodeExchangeInto(exchange: Exchange, writer: SchemaWriter): void {
  const { id, trace } = exchange;
  writer.writeVarintField(1, SCHEMA_VERSION);
  writer.count(2, id.at);
  writer.hex64(3, id.flow);
  writer.count(4, id.offset);
  writer.count(5, id.index);
  writer.message(6, writeFlow, exchange.flow);
  if (exchange.origin !== NO_ORIGIN) writer.message(7, writeOrigin, exchange.origin);
  writer.text(8, exchange.protocol);
  writer.text(9, exchange.source);
  writer.text(10, exchange.service);
  writer.text(11, exchange.operation);
  writer.text(12, exchange.verb);
  writer.text(13, exchange.path);
  writer.count(14, exchange.status);
  writer.text(15, exchange.outcome);
  writer.text(16, exchange.reason);
  if (trace !== undefined) {
    writer.text(17, trace.traceId);
    writer.text(18, trace.spanId);
    writer.text(19, trace.parentSpanId);
  }
  if (exchange.session !== id.flow) writer.text(20, exchange.session);
  if (exchange.request !== undefined) writeMessage(21, exchange.request, writer);
  if (exchange.response !== undefined) writeMessage(22, exchange.response, writer);
  for (const message of exchange.interim) writeMessage(23, message, writer);
  for (const note of exchange.notes) writer.textElement(24, note);
  for (const range of exchange.sealed) writer.message(25, writeSealedRange, range);
  if (exchange.attributes !== NO_ATTRIBUTES) writeAttributes(exchange.attributes, writer);
  for (const turn of exchange.turns) writer.message(27, writeTurn, turn);
  for (const part of exchange.masked) writer.message(28, writeMaskedPart, part);
}

function writeAttributes(attributes: Readonly<Record<string, string>>, writer: SchemaWriter): void {
  for (const entry of Object.entries(attributes)) writer.message(26, writeTextEntry, entry);
}

/**
 * The exchange that the bytes are; its message parts are views of them.
 *
 * @throws BytecopyError `SCHEMA_INVALID` when the bytes are no exchange, `SCHEMA_NEWER` when a later version wrote them
 */
export function decodeExchange(bytes: Uint8Array): Exchange {
  try {
    sharedReader.open(bytes);
    return readExchange(sharedReader, bytes.length);
  } catch (error) {
    if (error instanceof BytecopyError) throw error;
    throw invalid((error as Error).message, error);
  } finally {
    sharedReader.close();
  }
}

function readExchange(reader: SchemaReader, end: number): Exchange {
  let version = 0;
  let at = 0;
  let flowLow = 0;
  let flowHigh = 0;
  let offset = 0;
  let index = 0;
  let flowStart = 0;
  let flowEnd = 0;
  let origin = NO_ORIGIN;
  let protocol = '';
  let source = '';
  let service = '';
  let operation = '';
  let verb = '';
  let path = '';
  let status = 0;
  let outcome = '';
  let reason = '';
  let traceId = '';
  let spanId = '';
  let parentSpanId = '';
  let session = '';
  let request: Message | undefined;
  let response: Message | undefined;
  let interim: Message[] | undefined;
  let notes: string[] | undefined;
  let sealed: SealedRange[] | undefined;
  let attributes: [string, string][] | undefined;
  let turns: Turn[] | undefined;
  let masked: MaskedPart[] | undefined;
  while (reader.pos < end) {
    const key = reader.readVarint();
    switch (key) {
      case 0o10:
        version = checkVersion(reader.readVarint());
        break;
      case 0o20:
        at = reader.count('time');
        break;
      case 0o31:
        flowLow = reader.half(end);
        flowHigh = reader.half(end);
        break;
      case 0o40:
        offset = reader.count('stream offset', MAX_STREAM_OFFSET);
        break;
      case 0o50:
        index = reader.count('index', 0xff);
        break;
      case 0o62:
        flowEnd = reader.end(end);
        flowStart = reader.pos;
        reader.pos = flowEnd;
        break;
      case 0o72:
        origin = readOrigin(reader, reader.end(end));
        break;
      case 0o102:
        protocol = reader.text(end);
        break;
      case 0o112:
        source = reader.text(end);
        break;
      case 0o122:
        service = reader.text(end);
        break;
      case 0o132:
        operation = reader.text(end);
        break;
      case 0o142:
        verb = reader.text(end);
        break;
      case 0o152:
        path = reader.text(end);
        break;
      case 0o160:
        status = reader.count('status', 0xffff_ffff);
        break;
      case 0o172:
        outcome = reader.text(end);
        break;
      case 0o202:
        reason = reader.text(end);
        break;
      case 0o212:
        traceId = reader.freshText(end);
        break;
      case 0o222:
        spanId = reader.freshText(end);
        break;
      case 0o232:
        parentSpanId = reader.freshText(end);
        break;
      case 0o242:
        session = reader.text(end);
        break;
      case 0o252:
        request = readMessage(reader, reader.end(end));
        break;
      case 0o262:
        response = readMessage(reader, reader.end(end));
        break;
      case 0o272:
        interim ??= [];
        interim.push(readMessage(reader, reader.end(end)));
        break;
      case 0o302:
        notes ??= [];
        notes.push(reader.text(end));
        break;
      case 0o312:
        sealed ??= [];
        sealed.push(readSealedRange(reader, reader.end(end)));
        break;
      case 0o322:
        attributes ??= [];
        attributes.push(readTextEntry(reader, reader.end(end)));
        break;
      case 0o332:
        turns ??= [];
        turns.push(readTurn(reader, reader.end(end)));
        break;
      case 0o342:
        masked ??= [];
        masked.push(readMaskedPart(reader, reader.end(end)));
        break;
      default:
        reader.skip(key);
    }
  }
  reader.ended(end);
  checkVersion(version);
  const flow = readFlow(reader, flowStart, flowEnd, flowLow, flowHigh);
  return {
    id: { at, flow: flow.id, offset, index },
    flow,
    origin,
    protocol: oneOf(PROTOCOLS, protocol, 'protocol'),
    source,
    service,
    operation,
    verb,
    path,
    status,
    outcome: oneOf(OUTCOMES, outcome, 'outcome'),
    reason,
    trace: traceId === '' && spanId === '' && parentSpanId === '' ? undefined : { traceId, spanId, parentSpanId },
    session: session === '' ? flow.id : session,
    request,
    response,
    interim: interim ?? NO_MESSAGES,
    notes: notes ?? NO_NOTES,
    sealed: sealed ?? NOTHING_SEALED,
    // An attribute may be called `__proto__`: fromEntries makes a plain property of it.
    attributes: attributes === undefined ? NO_ATTRIBUTES : Object.fromEntries(attributes),
    turns: turns ?? NO_TURNS,
    masked: masked ?? NOTHING_MASKED,
  };
}

function newSlab(): SchemaWriter {
  return new SchemaWriter(new Uint8Array(SLAB_BYTES));
}

function checkVersion(version: number): number {
  if (version > SCHEMA_VERSION) {
    throw new BytecopyError(
      'SCHEMA_NEWER',
      `an exchange of schema version ${version}; this build reads up to ${SCHEMA_VERSION}`,
      {
        hint: 'update bytecopy to at least the version that wrote it',
      },
    );
  }
  if (!(version >= OLDEST_READABLE_VERSION)) throw invalid(`schema version ${version}`);
  return version;
}
