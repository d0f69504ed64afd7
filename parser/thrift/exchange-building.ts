/** Makes the values that leave the parser; each kind in one place, so that all of them have one shape. */
import {
  type Exchange,
  type ExchangeOutcome,
  type Flow,
  type Message,
  NO_TURNS,
  NOTHING_MASKED,
  type Origin,
  type RequestReady,
  type SealedRange,
} from '../../core/index.ts';
import { ENCODING_NAMES, TRANSPORT_NAMES } from './layers.ts';
import { noteNames } from './notes.ts';
import type { PendingCall } from './pending-call.ts';
import { MESSAGE_TYPE } from './thrift-type.ts';

const NO_MESSAGES: readonly Message[] = Object.freeze([]);
const NOTHING_SEALED: readonly SealedRange[] = Object.freeze([]);

const REPLY = MESSAGE_TYPE.reply;
const EXCEPTION = MESSAGE_TYPE.exception;
const ONEWAY = MESSAGE_TYPE.oneway;

export function buildRequestReady(flow: Flow, pending: PendingCall, request: Message): RequestReady {
  return {
    id: pending.id,
    flow,
    source: pending.source,
    service: pending.service,
    operation: pending.method?.text ?? '',
    verb: '',
    path: '',
    protocol: 'thrift',
    trace: pending.trace,
    session: flow.id,
    attributes: attributesOf(pending),
    request,
  };
}

export function buildExchange(
  origin: Origin,
  flow: Flow,
  pending: PendingCall,
  outcome: ExchangeOutcome,
  reason: string,
): Exchange {
  return {
    id: pending.id,
    flow,
    origin,
    protocol: 'thrift',
    source: pending.source,
    service: pending.service,
    operation: pending.method?.text ?? '',
    verb: '',
    path: '',
    status: 0,
    outcome,
    reason,
    trace: pending.trace,
    session: flow.id,
    request: pending.request,
    response: pending.response,
    interim: NO_MESSAGES,
    notes: noteNames(pending.notes),
    sealed: NOTHING_SEALED,
    masked: NOTHING_MASKED,
    attributes: attributesOf(pending),
    turns: NO_TURNS,
  };
}

/** What `Exchange.attributes` tells of Thrift. */
interface ThriftAttributes {
  readonly transport: string;
  readonly encoding: string;
  readonly sequenceId: string;
  /** Absent for a lone reply. */
  call?: 'call' | 'oneway';
  answer?: 'reply' | 'exception';
  /** The result is one of the exceptions that the method declares. */
  result?: 'declared-exception';
}

function attributesOf(pending: PendingCall): Readonly<Record<string, string>> {
  const attributes: ThriftAttributes = {
    transport: TRANSPORT_NAMES[pending.transport] as string,
    encoding: ENCODING_NAMES[pending.encoding] as string,
    sequenceId: `${pending.sequenceId}`,
  };
  if (pending.place === 'call') attributes.call = pending.callType === ONEWAY ? 'oneway' : 'call';
  if (pending.replyBegun) {
    if (pending.answerType === REPLY) attributes.answer = 'reply';
    else if (pending.answerType === EXCEPTION) attributes.answer = 'exception';
    if (pending.declaredException) attributes.result = 'declared-exception';
  }
  return attributes as ThriftAttributes & Record<string, string>;
}
