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
import { noteNames } from './notes.ts';
import type { PendingExchange } from './pending-exchange.ts';

const NOTHING_SEALED: readonly SealedRange[] = Object.freeze([]);

export function buildRequestReady(
  flow: Flow,
  source: string,
  pending: PendingExchange,
  request: Message,
  flowAttributes: Readonly<Record<string, string>>,
): RequestReady {
  return {
    id: pending.id,
    flow,
    source,
    service: pending.service,
    operation: pending.operation,
    verb: pending.verb,
    path: pending.path,
    protocol: 'http1',
    trace: pending.trace,
    session: flow.id,
    attributes: flowAttributes,
    request,
  };
}

export function buildExchange(
  origin: Origin,
  flow: Flow,
  source: string,
  pending: PendingExchange,
  outcome: ExchangeOutcome,
  reason: string,
  flowAttributes: Readonly<Record<string, string>>,
): Exchange {
  return {
    id: pending.id,
    flow,
    origin,
    protocol: 'http1',
    source,
    service: pending.service,
    operation: pending.operation,
    verb: pending.verb,
    path: pending.path,
    status: pending.status,
    outcome,
    reason,
    trace: pending.trace,
    session: flow.id,
    request: pending.request,
    response: pending.response,
    interim: pending.interim,
    notes: noteNames(pending.notes, pending.marks),
    sealed: NOTHING_SEALED,
    masked: NOTHING_MASKED,
    attributes:
      pending.givenUpBytes < 0 ? flowAttributes : { ...flowAttributes, givenUpBytes: `${pending.givenUpBytes}` },
    turns: NO_TURNS,
  };
}
