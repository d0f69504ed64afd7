/** A request with its response as files of other tools keep them: bytes and times, no packets. */
import {
  type DataChunk,
  type Direction,
  type Endpoint,
  type Flow,
  flowIdFromHandshake,
  type Micros,
  type StreamChunk,
} from '../../core/index.ts';

export interface RecordedMessage {
  readonly bytes: Uint8Array;
  readonly firstAt: Micros;
  readonly lastAt: Micros;
}

export interface RecordedPair {
  /** Distinct within a recording, the same each time it is read. */
  readonly name: string;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly request: RecordedMessage | undefined;
  readonly response: RecordedMessage | undefined;
}

/**
 * The pair as a flow of its own, for the same parser that live traffic goes through. A flow each, because such files
 * pair by name and not by connection: nothing else can come between a request and its response.
 */
export function pairChunks(pair: RecordedPair): readonly StreamChunk[] {
  const { client, server, request, response } = pair;
  const startedAt = (request ?? response)?.firstAt ?? 0;
  const flow: Flow = {
    id: flowIdFromHandshake(hashText(pair.name, 1), hashText(pair.name, 2), client.port),
    client,
    server,
    network: '',
    vantage: 'unknown',
    orientation: 'handshake',
    startedAt,
  };
  const endAt = Math.max(request?.lastAt ?? 0, response?.lastAt ?? 0);
  const chunks: StreamChunk[] = [{ kind: 'open', flow, at: startedAt }];
  if (request !== undefined) chunks.push(...messageChunks(flow, 0, request));
  if (response !== undefined) chunks.push(...messageChunks(flow, 1, response));
  for (const direction of [0, 1] as const) chunks.push({ kind: 'close', flow, direction, reason: 'fin', at: endAt });
  return chunks;
}

/** First and last byte have the message's two times. */
function messageChunks(flow: Flow, direction: Direction, message: RecordedMessage): readonly DataChunk[] {
  const { bytes, firstAt, lastAt } = message;
  if (bytes.length === 0) return [];
  if (bytes.length === 1 || lastAt <= firstAt) {
    return [{ kind: 'data', flow, direction, offset: 0, bytes, at: firstAt }];
  }
  const end = bytes.length - 1;
  return [
    { kind: 'data', flow, direction, offset: 0, bytes: bytes.subarray(0, end), at: firstAt },
    { kind: 'data', flow, direction, offset: end, bytes: bytes.subarray(end), at: lastAt },
  ];
}

/** FNV-1a over the UTF-16 units of a text (public domain algorithm by Fowler, Noll and Vo). */
function hashText(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
