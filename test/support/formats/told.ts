/** What of an exchange a format has to keep, as plain values that compare. */
import { type Exchange, type Message, messageBytes } from '../../../core/index.ts';

export interface Told {
  readonly operation: string;
  readonly outcome: string;
  readonly status: number;
  readonly request: ToldMessage | undefined;
  readonly response: ToldMessage | undefined;
}

export interface ToldMessage {
  /** latin1. */
  readonly bytes: string;
  readonly byteCount: number;
  readonly complete: boolean;
  readonly missing: Message['missing'];
  readonly firstByteAt: number;
  readonly lastByteAt: number;
}

/** Bytes, operation, status, outcome and times; not why something is missing, nor ids, which are made of flows. */
export function toldOf({ operation, outcome, status, request, response }: Exchange): Told {
  return { operation, outcome, status, request: toldMessage(request), response: toldMessage(response) };
}

export function toldMessage(message: Message | undefined): ToldMessage | undefined {
  if (message === undefined) return undefined;
  const { byteCount, complete, missing, firstByteAt, lastByteAt } = message;
  const bytes = Buffer.from(messageBytes(message)).toString('latin1');
  return { bytes, byteCount, complete, missing, firstByteAt, lastByteAt };
}

/** Texts that do not depend on the order of exchanges of one µs. */
export function comparable(exchanges: readonly Exchange[], told: (exchange: Exchange) => unknown = toldOf): string[] {
  return exchanges.map((exchange) => JSON.stringify(told(exchange))).sort();
}
