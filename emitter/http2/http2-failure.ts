/** What a broken stream or connection of HTTP/2 says → the reason a send failed for. */
import type { FailureReason } from '../../core/index.ts';
import { failureReason } from '../connection/failure.ts';

/** The other side speaks TLS, and not HTTP/2 in it. */
export const NOT_HTTP2 = 'ERR_HTTP2_NOT_OFFERED';

/** The connection ended, and undici would have liked to open it again. */
export const CONNECTION_GONE = 'ERR_HTTP2_CONNECTION_GONE';

const REASONS: ReadonlyMap<string, FailureReason> = new Map([
  [NOT_HTTP2, 'protocol-error'],
  [CONNECTION_GONE, 'connection-closed'],
  /** Not frames of HTTP/2. */
  ['ERR_HTTP2_ERROR', 'protocol-error'],
  ['ERR_HTTP2_SESSION_ERROR', 'protocol-error'],
  /** RST_STREAM. */
  ['ERR_HTTP2_STREAM_ERROR', 'reset'],
  ['ERR_HTTP2_STREAM_CANCEL', 'connection-closed'],
  ['ERR_HTTP2_GOAWAY_SESSION', 'connection-closed'],
  ['ERR_HTTP2_INVALID_SESSION', 'connection-closed'],
  /** The connection ended, in order or by GOAWAY. */
  ['UND_ERR_SOCKET', 'connection-closed'],
  /** A stream ended before its answer did. */
  ['UND_ERR_INFO', 'reset'],
  ['UND_ERR_DESTROYED', 'connection-closed'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  /** What was to be sent cannot be said in HTTP/2. */
  ['UND_ERR_INVALID_ARG', 'protocol-error'],
  ['UND_ERR_NOT_SUPPORTED', 'protocol-error'],
]);

export function http2FailureReason(error: unknown): FailureReason {
  const cause = codeOf((error as { cause?: unknown } | undefined)?.cause);
  const code = codeOf(error);
  // A connection that breaks cancels its streams, each with the cause of it.
  if (code === 'ERR_HTTP2_STREAM_CANCEL' && cause !== undefined) return REASONS.get(cause) ?? failureReason(cause);
  if (code === undefined) return 'protocol-error';
  return REASONS.get(code) ?? failureReason(code);
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
