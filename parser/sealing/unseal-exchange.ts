/** The verbatim bytes of a sealed exchange, for who holds the keys. */
import type { Exchange, KeyRing, Message, SealedRange, UnsealProblem } from '../../core/index.ts';
import { toKeptPosition } from './kept-offsets.ts';
import { PartWriter } from './overwrite.ts';
import { openerOf } from './value-opener.ts';

export type UnsealedExchange =
  | { readonly kind: 'verbatim'; readonly exchange: Exchange }
  | { readonly kind: 'sealed'; readonly keyId: string; readonly problem: UnsealProblem };

/**
 * All of its secrets in place again, or the first one that cannot be opened. What stands beside the bytes (path, session)
 * keeps its placeholders. Never throws, whatever the ranges say.
 */
export function unsealExchange(exchange: Exchange, ring: KeyRing): UnsealedExchange {
  if (exchange.sealed.length === 0) return { kind: 'verbatim', exchange };
  const opener = openerOf(ring);
  const writers = new Map<Message, PartWriter>();
  for (const range of exchange.sealed) {
    const { keyId, byteCount, offset } = range;
    const opened = opener.open(keyId, range.sealed);
    if (opened.kind === 'sealed') return { kind: 'sealed', keyId, problem: opened.problem };
    const message = messageOf(exchange, range);
    if (message === undefined || opened.bytes.length !== byteCount)
      return { kind: 'sealed', keyId, problem: 'tampered' };
    let writer = writers.get(message);
    if (writer === undefined) {
      writer = new PartWriter(message);
      writers.set(message, writer);
    }
    writer.write(toKeptPosition(offset, message.missing), byteCount, opened.bytes);
  }
  const whole = (message: Message): Message => {
    const writer = writers.get(message);
    return writer === undefined ? message : { ...message, parts: writer.parts };
  };
  const { request, response, interim } = exchange;
  return {
    kind: 'verbatim',
    exchange: {
      ...exchange,
      request: request === undefined ? undefined : whole(request),
      response: response === undefined ? undefined : whole(response),
      interim: interim.map(whole),
      sealed: [],
    },
  };
}

function messageOf({ request, response, interim }: Exchange, range: SealedRange): Message | undefined {
  if (range.interim !== undefined) return interim[range.interim];
  return range.side === 'request' ? request : response;
}
