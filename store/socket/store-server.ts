/**
 * The owner's side of the socket: HTTP on `<store>/socket` (mode 0600), one POST a call, answers in frames.
 *
 *   POST /find        Selection        exchange … page … scanned end
 *   POST /histogram   { selection, intervalMicros }  value end
 *   POST /get         { id }           exchange? end
 *   POST /trace       { traceId }      exchange … page end
 *   POST /statistics  {}               value end
 *   POST /owner       {}               value end
 *   POST /repair, /verify                            a value each time there is progress, end
 *   POST /retain, /overview, /pins, /note-pin        value end
 *
 * A caller that leaves interrupts what was asked.
 *
 * A reader that is slow holds up its own answer only: the next page is read when the socket took the last one, and
 * between pages the process does its other work.
 */
import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  type ByteCount,
  BytecopyError,
  type Exchange,
  type ExchangeStore,
  encodeExchangeInto,
  type ScanReport,
  SchemaWriter,
} from '../../core/index.ts';
import type { StoreCare } from '../care/index.ts';
import type { ReportDamage } from '../read/damage.ts';
import { type Call, parseCall } from './call.ts';
import type { CareCall } from './care-call.ts';
import { encodeFrame, encodeJsonFrame, FRAME, FRAME_HEADER_BYTES } from './frame.ts';
import { SocketPath } from './socket-path.ts';

const MAX_CALL_BYTES: ByteCount = 1024 * 1024;
const WRITER_BYTES: ByteCount = 256 * 1024;

export interface ServedStore {
  /** The store as one caller sees it: damage it meets is told to that caller. */
  readonly storeFor: (report: ReportDamage) => ExchangeStore;
  readonly care: StoreCare;
}

export class StoreServer {
  readonly #server: Server;
  readonly #socketPath: SocketPath;

  private constructor(server: Server, socketPath: SocketPath) {
    this.#server = server;
    this.#socketPath = socketPath;
  }

  /** Replaces the socket that an owner before may have left. @throws BytecopyError `STORE_SOCKET` */
  static async listen(storePath: string, served: ServedStore): Promise<StoreServer> {
    const socketPath = await SocketPath.of(storePath);
    const server = createServer((request, response) => {
      answer(request, response, served).catch(() => response.destroy());
    });
    try {
      await rm(socketPath.path, { force: true });
      server.listen(socketPath.path);
      await once(server, 'listening');
      await chmod(socketPath.path, 0o600);
    } catch (error) {
      server.close();
      await socketPath.close();
      throw cannotServe(storePath, error);
    }
    return new StoreServer(server, socketPath);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    await this.#socketPath.close();
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, served: ServedStore): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const send = async (bytes: Buffer): Promise<void> => {
    if (!response.write(bytes)) await once(response, 'drain', { signal: gone.signal });
    gone.signal.throwIfAborted();
  };
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  try {
    const call = parseCall(request.url ?? '', await readBody(request));
    const report: ReportDamage = (damage) => void response.write(encodeJsonFrame(FRAME.damage, damage));
    if (call.kind === 'care') await performCare(call.call, served.care, report, send);
    else await perform(call, served.storeFor(report), send);
    response.end(encodeFrame(FRAME.end));
  } catch (error) {
    if (gone.signal.aborted) return;
    response.end(encodeJsonFrame(FRAME.error, toErrorValue(error)));
  }
}

type Send = (bytes: Buffer) => Promise<void>;

async function perform(call: Exclude<Call, { kind: 'care' }>, store: ExchangeStore, send: Send): Promise<void> {
  switch (call.kind) {
    case 'find': {
      let scanned: ScanReport | undefined;
      const onScanned = (report: ScanReport): void => {
        scanned = report;
      };
      for await (const page of store.find(call.selection, onScanned)) await send(encodePage(page));
      await send(encodeJsonFrame(FRAME.scanned, scanned));
      return;
    }
    case 'histogram':
      await send(encodeJsonFrame(FRAME.value, await store.histogram(call.selection, call.intervalMicros)));
      return;
    case 'get': {
      const exchange = await store.get(call.id);
      if (exchange !== undefined) await send(encodePage([exchange]));
      return;
    }
    case 'trace': {
      const exchanges = await store.trace(call.traceId);
      if (exchanges.length > 0) await send(encodePage(exchanges));
      return;
    }
    case 'statistics':
      await send(encodeJsonFrame(FRAME.value, await store.statistics()));
      return;
    case 'owner':
      await send(encodeJsonFrame(FRAME.value, { pid: process.pid }));
      return;
    default:
      call satisfies never;
  }
}

async function performCare(call: CareCall, care: StoreCare, report: ReportDamage, send: Send): Promise<void> {
  const sendValue = (value: unknown): Promise<void> => send(encodeJsonFrame(FRAME.value, value));
  switch (call.kind) {
    case 'repair':
      for await (const progress of care.repair(call.request, report)) await sendValue(progress);
      return;
    case 'verify':
      for await (const progress of care.verify(call.request, report)) await sendValue(progress);
      return;
    case 'retain':
      return await sendValue(await care.retain(call.request));
    case 'overview':
      return await sendValue(await care.overview());
    case 'pins':
      return await sendValue(await care.pins());
    case 'note-pin':
      await care.notePin(call.name, call.pin);
      return await sendValue(null);
    default:
      call satisfies never;
  }
}

/** One frame an exchange and the end of the page, as one write. */
function encodePage(page: readonly Exchange[]): Buffer {
  const writer = new SchemaWriter(new Uint8Array(WRITER_BYTES));
  for (const exchange of page) {
    const start = writer.pos;
    writer.realloc(FRAME_HEADER_BYTES);
    writer.pos += FRAME_HEADER_BYTES;
    encodeExchangeInto(exchange, writer);
    const view = new DataView(writer.buf.buffer, writer.buf.byteOffset + start, FRAME_HEADER_BYTES);
    view.setUint8(0, FRAME.exchange);
    view.setUint32(1, writer.pos - start - FRAME_HEADER_BYTES);
  }
  return Buffer.concat([writer.buf.subarray(0, writer.pos), encodeFrame(FRAME.page)]);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let byteCount = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    byteCount += chunk.length;
    if (byteCount > MAX_CALL_BYTES) {
      throw new BytecopyError('STORE_CALL_INVALID', `a call of more than ${MAX_CALL_BYTES} bytes`, { exitCode: 2 });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function cannotServe(storePath: string, cause: unknown): BytecopyError {
  return new BytecopyError('STORE_SOCKET', `cannot serve ${storePath} to other processes: ${String(cause)}`, {
    cause,
    hint: 'keep the store on a local file system that knows Unix sockets',
  });
}

function toErrorValue(error: unknown): { code: string; message: string; hint?: string; exitCode: number } {
  if (!(error instanceof BytecopyError)) return { code: 'STORE_OWNER_FAILED', message: String(error), exitCode: 1 };
  const { code, message, hint, exitCode } = error;
  return { code, message, exitCode, ...(hint === undefined ? {} : { hint }) };
}
