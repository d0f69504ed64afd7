/**
 * Sessions of protocols that are not parsed: the client's bytes as recorded, run by run, on a connection of their own.
 *
 * Only what was kept from its flow's first byte on can be said again: the later pieces of a long session begin in the
 * middle of a talk. What sessions do is not known, so they count as writes.
 */
import type { Message, NotSentReason, PreparedRequest } from '../../core/index.ts';
import { isEncrypted } from '../../parser/index.ts';
import type { RecordedServers } from '../target.ts';
import { brokenReason, type ProtocolPreparer, type RecordedRequest } from './recorded-request.ts';
import { sendParts } from './send-parts.ts';
import type { WriteGuard } from './write-guard.ts';

/** Note of a piece that has another before it. */
const CONTINUED = 'session-continued';

export class SessionPreparer implements ProtocolPreparer {
  readonly #guard: RecordedServers | undefined;
  readonly #writes: WriteGuard;

  constructor(guard: RecordedServers | undefined, writes: WriteGuard) {
    this.#guard = guard;
    this.#writes = writes;
  }

  check(recorded: RecordedRequest): NotSentReason | undefined {
    const { operation, attributes } = recorded;
    if (attributes.tunnel !== undefined || attributes.proxiedClient !== undefined) return 'not-supported';
    if (isEncrypted(operation)) return 'not-supported';
    const broken = brokenReason(recorded.request) ?? brokenAnswer(recorded.response);
    if (broken !== undefined) return broken;
    if (!isFromFirstByte(recorded)) return 'incomplete';
    this.#guard?.check(recorded.flow, '');
    return this.#writes.check(`a session of ${operation}`);
  }

  build(recorded: RecordedRequest): PreparedRequest {
    const { id, operation, turns = [] } = recorded;
    const { parts, byteCount } = sendParts((recorded.request as Message).parts);
    return {
      exchange: id,
      protocol: 'tcp',
      wire: 'session',
      operation,
      verb: '',
      parts,
      byteCount,
      repeatable: false,
      expects: 'turns',
      sequence: undefined,
      turns,
      recordedAnswer: 'session',
    };
  }
}

/** A server that said nothing is whole. */
function brokenAnswer(response: Message | undefined): NotSentReason | undefined {
  return response === undefined ? undefined : brokenReason(response);
}

/** Offsets count from the first byte of a side, which only a handshake shows. */
function isFromFirstByte({ flow, outcome, request, response, notes, turns }: RecordedRequest): boolean {
  if (outcome !== 'session' || flow.orientation !== 'handshake') return false;
  if (request?.streamOffset !== 0 || (response?.streamOffset ?? 0) !== 0) return false;
  return turns?.some(({ direction }) => direction === 0) === true && notes?.includes(CONTINUED) !== true;
}
