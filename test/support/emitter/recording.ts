/** Recorded HTTP exchanges to replay: whole GETs at even gaps, unless told otherwise. */
import { type Exchange, type Flow, type Message, NO_ATTRIBUTES, NO_ORIGIN } from '../../../core/index.ts';

/** 2026-11-21T10:00:00Z */
export const RECORDED_AT = 1_795_255_200_000_000;

export const RECORDED_FLOW: Flow = {
  id: '9f86d081884c7d65',
  client: { address: '192.0.2.7', port: 40_000 },
  server: { address: '192.0.2.80', port: 8080 },
  network: '',
  vantage: 'unknown',
  orientation: 'handshake',
  startedAt: RECORDED_AT,
};

export interface RecordingOptions {
  readonly count: number;
  /** µs between two requests. */
  readonly gapMicros?: number;
  /** Verbatim request bytes of the n-th. */
  readonly bytes?: (index: number) => string;
}

export function recording(options: RecordingOptions): Exchange[] {
  const gap = options.gapMicros ?? 1_000;
  const bytes = options.bytes ?? get;
  return Array.from({ length: options.count }, (_, index) =>
    exchange(bytes(index), { at: RECORDED_AT + index * gap, index }),
  );
}

/** A GET as a browser-like client sends it. */
export function get(index: number): string {
  return (
    `GET /items/${index} HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: recorded/1.0\r\nAccept: */*\r\n` +
    'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n'
  );
}

export interface ExchangeParts extends Partial<Omit<Exchange, 'id' | 'request'>> {
  readonly at?: number;
  readonly index?: number;
  /** Overrides of the request; null where there is none. */
  readonly message?: Partial<Message> | null;
}

/** An exchange whose request has these bytes. */
export function exchange(bytes: string, parts: ExchangeParts = {}): Exchange {
  const { at = RECORDED_AT, index = 0, message: overrides, ...rest } = parts;
  const [verb = '', path = ''] = bytes.split(' ');
  const request = overrides === null ? undefined : { ...message(bytes, at), ...overrides };
  return {
    id: { at, flow: RECORDED_FLOW.id, offset: index, index: 0 },
    flow: RECORDED_FLOW,
    origin: NO_ORIGIN,
    protocol: 'http1',
    source: '',
    service: 'shop',
    operation: `${verb} ${path}`,
    verb,
    path,
    status: 200,
    outcome: 'paired',
    reason: '',
    trace: undefined,
    session: RECORDED_FLOW.id,
    request,
    response: undefined,
    interim: [],
    notes: [],
    sealed: [],
    masked: [],
    attributes: NO_ATTRIBUTES,
    turns: [],
    ...rest,
  };
}

function message(text: string, at: number): Message {
  const bytes = Buffer.from(text, 'latin1');
  return {
    parts: [bytes],
    byteCount: bytes.length,
    headByteCount: bytes.indexOf('\r\n\r\n') + 4,
    streamOffset: 0,
    firstByteAt: at,
    lastByteAt: at,
    complete: true,
    truncated: false,
    missing: [],
  };
}
