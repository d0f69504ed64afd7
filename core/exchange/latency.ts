/** How long an exchange took. */
import type { Micros } from '../units.ts';
import type { Message } from './message.ts';

/** From the first byte of the request to the last of the response; undefined where one of them is missing. */
export function exchangeLatencyMicros({
  request,
  response,
}: {
  readonly request?: Message | undefined;
  readonly response?: Message | undefined;
}): Micros | undefined {
  if (request === undefined || response === undefined) return undefined;
  return Math.max(0, response.lastByteAt - request.firstByteAt);
}
