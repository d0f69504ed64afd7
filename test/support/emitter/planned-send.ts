/** A planned send of a small GET, for tests without a recording. */
import type { PreparedRequest, Send } from '../../../core/index.ts';
import { newSend } from '../../../emitter/plan/send.ts';

export interface PlannedSend {
  readonly index?: number;
  readonly dueAt?: number;
  readonly copy?: number;
  readonly session?: string;
  readonly thinkMicros?: number;
  readonly request?: Partial<PreparedRequest>;
}

export function plannedSend({
  index = 0,
  dueAt = 0,
  copy = 0,
  session = '',
  thinkMicros = 0,
  request,
}: PlannedSend = {}): Send {
  const bytes = Buffer.from(`GET /items/${index} HTTP/1.1\r\nHost: shop.example\r\n\r\n`);
  return newSend(
    {
      exchange: { at: 0, flow: 'flow', offset: 0, index },
      protocol: 'http1',
      wire: 'http1',
      operation: `GET /items/${index}`,
      verb: 'GET',
      parts: [bytes],
      byteCount: bytes.length,
      repeatable: true,
      expects: 'answer',
      sequence: undefined,
      turns: [],
      recordedAnswer: '200',
      ...request,
    },
    copy,
    dueAt,
    { session, thinkMicros },
  );
}
