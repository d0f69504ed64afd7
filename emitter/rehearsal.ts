/**
 * Rehearses sending before a plan begins: V8 compiles what it has seen often, and what it compiled for one run's objects
 * it gives up at the next one's. Without it the first tenth of a second of a fast plan comes late, sends and answers both.
 *
 *     replayer of its own ──▶ a server of its own on loopback          {@link RUNS} times, a tenth of a second each
 *
 * Nothing of it leaves this process, and nothing of the recording is in it.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type Exchange, NO_ATTRIBUTES, NO_ORIGIN, NO_TURNS } from '../core/index.ts';

/** Fewer leave something to be compiled when it counts; measured. */
const RUNS = 3;
export const REHEARSED_SENDS = 2_000;
const PAGE = 500;
const RECORDED_AT = 1_000_000;
const GAP_MICROS = 50;

const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: rehearsal\r\n\r\n');
const END = '\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Replays to that target; rejects where it cannot. */
export type RehearsedRun = (target: string, open: () => AsyncIterable<readonly Exchange[]>) => Promise<unknown>;

/** Never rejects: where there is no loopback to listen on, the plan begins without. */
export async function rehearse(run: RehearsedRun): Promise<void> {
  const server = createServer(answerAll);
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (let count = 0; count < RUNS; count++) await run(target, pages);
  } catch {
    // It would only have made the beginning more even.
  } finally {
    await closed(server);
  }
}

function answerAll(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    let count = 0;
    for (let at = bytes.indexOf(END); at >= 0; at = bytes.indexOf(END, at + END.length)) count++;
    socket.write(ANSWER.repeat(count));
  });
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  const gone = once(server, 'close');
  server.close();
  await gone;
}

async function* pages(): AsyncGenerator<readonly Exchange[]> {
  for (let from = 0; from < REHEARSED_SENDS; from += PAGE) {
    yield await Promise.resolve(Array.from({ length: PAGE }, (_, index) => rehearsed(from + index)));
  }
}

function rehearsed(index: number): Exchange {
  const at = RECORDED_AT + index * GAP_MICROS;
  const flow = {
    id: 'rehearsal',
    client: { address: '192.0.2.1', port: 1 },
    server: { address: '192.0.2.2', port: 1 },
    network: '',
    vantage: 'unknown',
    orientation: 'handshake',
    startedAt: RECORDED_AT,
  } as const;
  const request = {
    parts: [REQUEST],
    byteCount: REQUEST.length,
    headByteCount: REQUEST.length,
    streamOffset: 0,
    firstByteAt: at,
    lastByteAt: at,
    complete: true,
    truncated: false,
    missing: [],
  };
  return {
    id: { at, flow: flow.id, offset: index, index: 0 },
    flow,
    origin: NO_ORIGIN,
    protocol: 'http1',
    source: '',
    service: 'rehearsal',
    operation: 'GET /',
    verb: 'GET',
    path: '/',
    status: 200,
    outcome: 'paired',
    reason: '',
    trace: undefined,
    session: flow.id,
    request,
    response: undefined,
    interim: [],
    notes: [],
    sealed: [],
    masked: [],
    attributes: NO_ATTRIBUTES,
    turns: NO_TURNS,
  };
}
