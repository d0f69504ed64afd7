/** What an exchange and a request announced before its answer have in common: all that is known of what is to be sent. */
import type {
  ExchangeId,
  ExchangeOutcome,
  Flow,
  Message,
  NotSentReason,
  PreparedRequest,
  Protocol,
  TraceContext,
  Turn,
} from '../../core/index.ts';
import type { RequestChanges } from './request-changes.ts';

export interface RecordedRequest {
  readonly id: ExchangeId;
  readonly flow: Flow;
  readonly protocol: Protocol;
  /** Name of the calling service; empty where not known. */
  readonly source: string;
  /** Name of the called service. */
  readonly service: string;
  readonly verb: string;
  readonly operation: string;
  /** Without query. */
  readonly path: string;
  readonly session: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly request: Message | undefined;
  /** The rest is absent of requests whose answer is still to come. */
  readonly response?: Message | undefined;
  readonly trace: TraceContext | undefined;
  /** 0 or absent where there is no answer. */
  readonly status?: number;
  readonly outcome?: ExchangeOutcome;
  readonly notes?: readonly string[];
  readonly turns?: readonly Turn[];
}

/** Prepares the requests of one protocol. */
export interface ProtocolPreparer {
  /** @returns why it is not sent. @throws BytecopyError of the guards */
  check(recorded: RecordedRequest): NotSentReason | undefined;
  /** @param recorded one that passed `check` */
  build(recorded: RecordedRequest, changes: RequestChanges): PreparedRequest;
}

/** Why a request is not sent whose bytes are not all there; undefined for a whole one. */
export function brokenReason(request: Message | undefined): NotSentReason | undefined {
  if (request === undefined) return 'incomplete';
  if (request.truncated) return 'truncated';
  return request.complete && request.missing.length === 0 ? undefined : 'incomplete';
}
