/**
 * Exchange: one request with its response, or with the reason why there is none. The one noun the whole system is
 * about: the parser makes it, all else keeps, sends, answers with or compares it. Written as `schema/exchange.proto`.
 */
import type { Direction, Flow } from '../flow/flow.ts';
import type { ByteCount, Micros } from '../units.ts';
import type { ExchangeId } from './exchange-id.ts';
import type { Message } from './message.ts';

export type Protocol = 'http1' | 'thrift' | 'tcp';

/** `session` is a flow, or the rest of one, kept as a whole: a tunnel after CONNECT or an upgrade, an opaque protocol. */
export type ExchangeOutcome = 'paired' | 'request-only' | 'response-only' | 'oneway' | 'session';

/** Where a capture ran; the same for every exchange of one process, so one object serves them all. */
export interface Origin {
  readonly tenant: string;
  readonly environment: string;
  readonly region: string;
  readonly instance: string;
  readonly labels: Readonly<Record<string, string>>;
}

export const NO_ORIGIN: Origin = { tenant: '', environment: '', region: '', instance: '', labels: {} };

/** Normalised: lower-case hexadecimal where the header's form is that, otherwise as sent; empty where unknown. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
}

/** A secret cut out of the bytes: same length in place, kept encrypted here. */
export interface SealedRange {
  readonly side: 'request' | 'response';
  /** Place among the interim answers, from 0, where it was cut out of one of them; the side is `response` then. */
  readonly interim?: number;
  /** Counts from the message's first byte. */
  readonly offset: ByteCount;
  readonly byteCount: ByteCount;
  readonly keyId: string;
  readonly sealed: Uint8Array;
}

/** What masking took out of an exchange for good: which rule, what it did, how often. */
export interface MaskedPart {
  readonly side: 'request' | 'response';
  /** Name of the rule. */
  readonly rule: string;
  /** In Presidio's words; `drop` where the bytes of the whole message were left out because it could not be parsed. */
  readonly action: 'replace' | 'redact' | 'mask' | 'hash' | 'encrypt' | 'drop';
  /** Values that it met. */
  readonly count: number;
}

/** A run of bytes of one direction within a session, up to where the other side spoke. */
export interface Turn {
  readonly direction: Direction;
  /** Length on the wire; what was never seen is among the message's `missing` ranges. */
  readonly byteCount: ByteCount;
  readonly firstByteAt: Micros;
}

export const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze({});
export const NOTHING_MASKED: readonly MaskedPart[] = Object.freeze([]);
export const NO_TURNS: readonly Turn[] = Object.freeze([]);

export interface Exchange {
  readonly id: ExchangeId;
  readonly flow: Flow;
  readonly origin: Origin;
  readonly protocol: Protocol;
  /** Name of the calling service, as configured or as a TTHeader says; empty where not known. */
  readonly source: string;
  /** Name of the called service, as configured or as a TTHeader says; otherwise `ip:port` of the server. */
  readonly service: string;
  /** `GET /items` (path without query), the Thrift function as on the wire, the name of a session's protocol; empty for a lone response. */
  readonly operation: string;
  readonly verb: string;
  /** Path without query, as sent; the query is in the bytes. */
  readonly path: string;
  /** 0 where there is no response. */
  readonly status: number;
  readonly outcome: ExchangeOutcome;
  /** Why a side is missing or broken, such as `no-response`, `gap`, `closed`; empty where nothing is. */
  readonly reason: string;
  readonly trace: TraceContext | undefined;
  /** Key that joins the exchanges of one session; the flow id where nothing better is configured. */
  readonly session: string;
  readonly request: Message | undefined;
  readonly response: Message | undefined;
  /** 1xx answers, in order. */
  readonly interim: readonly Message[];
  /** Leniencies and oddities, by name. */
  readonly notes: readonly string[];
  readonly sealed: readonly SealedRange[];
  /** What masking changed; its bytes are no longer those of the wire. */
  readonly masked: readonly MaskedPart[];
  /** What only this protocol tells, by name; for Thrift `transport`, `encoding`, `call`, `answer`, `sequenceId`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Of a session: its bytes in the order in which the two sides spoke; empty otherwise. */
  readonly turns: readonly Turn[];
}

/** A complete request, announced before its answer: what a mirror sends. The exchange that follows has the same id. */
export interface RequestReady {
  readonly id: ExchangeId;
  readonly flow: Flow;
  readonly source: string;
  readonly service: string;
  readonly operation: string;
  readonly verb: string;
  readonly path: string;
  readonly protocol: Protocol;
  readonly trace: TraceContext | undefined;
  readonly session: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly request: Message;
}
