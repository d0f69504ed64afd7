/** Requests prepared by hand, for whoever tests a sender alone. */
import type { PreparedRequest } from '../../../core/index.ts';
import { get } from './recording.ts';

export function request(text: string | Uint8Array, overrides: Partial<PreparedRequest> = {}): PreparedRequest {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  return {
    exchange: { at: 0, flow: '', offset: 0, index: 0 },
    protocol: 'http1',
    wire: 'http1',
    operation: 'GET /',
    verb: 'GET',
    parts: [bytes],
    byteCount: bytes.length,
    repeatable: true,
    expects: 'answer',
    sequence: undefined,
    turns: [],
    recordedAnswer: '',
    ...overrides,
  };
}

export const GET_REQUEST: PreparedRequest = request(get(0));
