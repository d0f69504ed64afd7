/** Recorded Thrift calls to replay. */
import type { Exchange } from '../../../core/index.ts';
import { apacheMessage, framed, KIND, struct, text, type WrittenEncoding } from '../thrift/index.ts';
import { type ExchangeParts, exchange } from './recording.ts';

export interface RecordedCall extends ExchangeParts {
  readonly name?: string;
  readonly kind?: number;
  readonly sequenceId?: number;
  readonly encoding?: Exclude<WrittenEncoding, 'json'>;
  readonly transport?: string;
  /** Around the message; fits the transport. */
  readonly wrap?: (payload: Buffer) => Buffer;
  /** The call's only argument. */
  readonly argument?: string;
}

/** A framed binary call of `find`, answered with a reply, unless told otherwise. */
export function thriftExchange(call: RecordedCall = {}): Exchange {
  const {
    name = 'find',
    kind = KIND.call,
    sequenceId = 7,
    encoding = 'binary',
    transport = 'framed',
    wrap = transport === 'framed' ? framed : (payload: Buffer) => payload,
    argument = 'a',
    outcome = kind === KIND.oneway ? 'oneway' : 'paired',
    ...rest
  } = call;
  const bytes = wrap(apacheMessage(encoding, { name, kind, sequenceId, body: struct([1, text(argument)]) }));
  const attributes = {
    transport,
    encoding,
    sequenceId: `${sequenceId}`,
    call: kind === KIND.oneway ? 'oneway' : 'call',
    ...(outcome === 'paired' ? { answer: 'reply' } : {}),
  };
  const recorded = exchange(bytes.toString('latin1'), {
    protocol: 'thrift',
    operation: name,
    status: 0,
    outcome,
    attributes,
    ...rest,
  });
  return { ...recorded, verb: '', path: '' };
}
