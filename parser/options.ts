/** Options of the parser, with their defaults and the reason of each. */
import { type ByteCount, BytecopyError, type Millis, NO_ORIGIN, type Origin } from '../core/index.ts';
import { parseFieldPath } from './thrift/field-path.ts';
import { DEFAULT_TRACE_HEADERS } from './trace/trace-headers.ts';

/** What a service may be said to speak; it decides where the bytes leave it open, and `tcp` always. */
export const SERVICE_PROTOCOLS = ['http1', 'thrift', 'tcp'] as const;
export type ServiceProtocol = (typeof SERVICE_PROTOCOLS)[number];

/** Which flows of protocols that are not parsed are kept as sessions. */
export const SESSION_CHOICES = ['plain', 'all', 'none'] as const;
export type SessionChoice = (typeof SESSION_CHOICES)[number];

/** One line of the `services:` map: every given condition must hold. */
export interface ServiceEntry {
  readonly name: string;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  /** Host header without port, any case. */
  readonly host?: string | undefined;
  /** What the service speaks; counts where an address or port is given. */
  readonly protocol?: ServiceProtocol | undefined;
}

export interface ParserOptions {
  /** The first entry that fits names the service. */
  readonly services: readonly ServiceEntry[];
  /** Complete requests are announced before their answer; off where nobody mirrors, as when files are read. */
  readonly announceRequests: boolean;
  /** Nobody asks for exchanges, only for the ledger: they are counted as always, and neither kept nor made. */
  readonly countOnly: boolean;
  /** `plain`: all but encrypted ones, which nobody can read or replay. */
  readonly sessions: SessionChoice;
  /** Put into every exchange. */
  readonly origin: Origin;
  /** Headers that carry a trace id, the first one present wins; known names have their own form, others are taken as sent. */
  readonly traceHeaders: readonly string[];
  /** Where a Thrift call's arguments carry a trace id, as field ids from the outermost: `1.255.1`; the first one present wins, after the headers. */
  readonly traceFields: readonly string[];
  /** Longest head; servers stop between 8 and 64 KiB. */
  readonly maxHeadBytes: ByteCount;
  /** Bytes of one body that are kept; the rest is counted and the message is `truncated`. */
  readonly maxBodyBytes: ByteCount;
  /** A request without answer for so long ends as `timeout`; longer than common proxy timeouts (60 s). */
  readonly answerTimeoutMs: Millis;
  /** A flow without any chunk for so long is ended: everything pending comes out. */
  readonly idleTimeoutMs: Millis;
  /** Unanswered requests of one flow; the oldest ends as `too-many-pending`. Clients pipeline tens, not hundreds. */
  readonly maxPendingRequests: number;
  /** Bytes of one flow kept for exchanges that are not out yet; further bytes are counted and not kept. */
  readonly maxFlowPendingBytes: ByteCount;
  /** The same over all flows. */
  readonly maxPendingBytes: ByteCount;
  /** Flows known at a time; the oldest is ended as `evicted`. */
  readonly maxFlows: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_PARSER_OPTIONS: ParserOptions = {
  services: [],
  announceRequests: true,
  countOnly: false,
  sessions: 'plain',
  origin: NO_ORIGIN,
  traceHeaders: DEFAULT_TRACE_HEADERS,
  traceFields: [],
  maxHeadBytes: 64 * 1024,
  maxBodyBytes: 16 * MIB,
  answerTimeoutMs: 120_000,
  idleTimeoutMs: 600_000,
  maxPendingRequests: 256,
  maxFlowPendingBytes: 64 * MIB,
  maxPendingBytes: 256 * MIB,
  maxFlows: 200_000,
};

/** @throws BytecopyError `PARSER_OPTION_INVALID` (exit code 2) for a limit that is not a positive integer, or an unknown key */
export function parserOptions(given: Partial<ParserOptions>): ParserOptions {
  const options: ParserOptions = { ...DEFAULT_PARSER_OPTIONS, ...given };
  for (const [key, value] of Object.entries(options)) {
    if (!(key in DEFAULT_PARSER_OPTIONS)) throw invalid(`there is no parser option ${key}`);
    if (typeof value === 'number' && !(Number.isSafeInteger(value) && value > 0)) {
      throw invalid(`parser option ${key} is ${value}`, 'a positive integer is needed');
    }
  }
  if (!SESSION_CHOICES.includes(options.sessions)) {
    throw invalid(`parser option sessions is ${options.sessions}`, `it is one of ${SESSION_CHOICES.join(', ')}`);
  }
  for (const path of options.traceFields) {
    if (parseFieldPath(path) === undefined) {
      throw invalid(`parser option traceFields has "${path}"`, 'a path of field ids is needed, such as 1.255.1');
    }
  }
  return options;
}

function invalid(message: string, hint?: string): BytecopyError {
  return new BytecopyError('PARSER_OPTION_INVALID', message, {
    exitCode: 2,
    ...(hint === undefined ? {} : { hint }),
  });
}
