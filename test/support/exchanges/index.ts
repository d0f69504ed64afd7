/** Exchanges to test with: a paired HTTP request of the shop, changed where a test says so. */
import { type Exchange, type Flow, type Message, NO_ATTRIBUTES, NO_ORIGIN } from '../../../core/index.ts';

/** 2026-11-21T10:00:00.000000Z */
export const NOON_MICROS = 1_795_255_200_000_000;

export function flow(changes: Partial<Flow> = {}): Flow {
  return {
    id: '9f86d081884c7d65',
    client: { address: '127.0.0.1', port: 40312 },
    server: { address: '127.0.0.1', port: 8080 },
    network: '',
    vantage: 'unknown',
    orientation: 'handshake',
    startedAt: NOON_MICROS - 1_000_000,
    ...changes,
  };
}

/** A complete message of these bytes, seen at one moment. */
export function message(head: string, body: string | Uint8Array = '', changes: Partial<Message> = {}): Message {
  const bytes = Buffer.concat([Buffer.from(head), Buffer.from(body)]);
  return {
    parts: [Uint8Array.from(bytes)],
    byteCount: bytes.length,
    headByteCount: Buffer.byteLength(head),
    streamOffset: 0,
    firstByteAt: NOON_MICROS,
    lastByteAt: NOON_MICROS,
    complete: true,
    truncated: false,
    missing: [],
    ...changes,
  };
}

export function exchange(changes: Partial<Exchange> = {}): Exchange {
  const onFlow = changes.flow ?? flow();
  return {
    id: { at: NOON_MICROS, flow: onFlow.id, offset: 74, index: 0 },
    flow: onFlow,
    origin: NO_ORIGIN,
    protocol: 'http1',
    source: 'front',
    service: 'catalogue',
    operation: 'GET /items/17',
    verb: 'GET',
    path: '/items/17',
    status: 200,
    outcome: 'paired',
    reason: '',
    trace: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', parentSpanId: '' },
    session: onFlow.id,
    request: message('GET /items/17?full=1 HTTP/1.1\r\nHost: shop.example\r\n\r\n', '', { streamOffset: 74 }),
    response: message(
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n',
      '{"item":17}',
      { firstByteAt: NOON_MICROS + 1200, lastByteAt: NOON_MICROS + 1250 },
    ),
    interim: [],
    notes: [],
    sealed: [],
    masked: [],
    attributes: NO_ATTRIBUTES,
    turns: [],
    ...changes,
  };
}
