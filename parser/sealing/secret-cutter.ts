/**
 * Takes the secrets out of exchanges: placeholders of the same length in place, the secrets sealed beside them.
 *
 *     Authorization: Bearer 2f9c…  ──▶  Authorization: Bearer ****…    and  sealed: [request, offset 61, 32 bytes, key, envelope]
 *
 * Nothing else changes: lengths, offsets and every other byte stay. What the exchange says beside its bytes (path, operation,
 * session, attributes) is freed of them too. An exchange without secrets comes back as it is, uncopied.
 */
import { type Exchange, type Message, messageBytes, type SealedRange } from '../../core/index.ts';
import { latin1 } from '../latin1.ts';
import type { ThriftNames } from '../thrift/idl/thrift-names.ts';
import type { Cut } from './cut.ts';
import { toWireRanges } from './kept-offsets.ts';
import { MessageCuts } from './message-cuts.ts';
import { PartWriter } from './overwrite.ts';
import { type SecretNameOptions, SecretNames } from './secret-names.ts';
import { ThriftSecrets } from './thrift-cuts.ts';
import type { ValueSealer } from './value-sealer.ts';

export interface SecretCutterOptions extends SecretNameOptions {
  /** Names the fields of Thrift messages. */
  readonly idl?: ThriftNames | undefined;
}

/** Shorter ones are not looked for beside the bytes: they may be words of it. */
const MIN_TEXT = 8;

type Place = Pick<SealedRange, 'side' | 'interim'>;

const REQUEST: Place = { side: 'request' };
const RESPONSE: Place = { side: 'response' };

export class SecretCutter {
  readonly #cuts: MessageCuts;
  readonly #sealer: ValueSealer | undefined;

  /** @param sealer keeps what is cut out; without one it is gone, for what is only shown */
  constructor(options: SecretCutterOptions, sealer?: ValueSealer) {
    const names = new SecretNames(options);
    this.#cuts = new MessageCuts(names, new ThriftSecrets(names, options.idl));
    this.#sealer = sealer;
  }

  /** One that was sealed before comes back as it is. Never throws, whatever the bytes. */
  cut(exchange: Exchange): Exchange {
    const { protocol, request, response, interim } = exchange;
    if (protocol === 'tcp' || exchange.sealed.length > 0) return exchange;
    const work: Work = { sealed: [], texts: [], pathTexts: [] };
    const cutRequest = request === undefined ? undefined : this.#message(request, exchange, REQUEST, work);
    const cutResponse = response === undefined ? undefined : this.#message(response, exchange, RESPONSE, work);
    let cutInterim = interim;
    for (let i = 0; i < interim.length; i++) {
      const message = interim[i] as Message;
      const changed = this.#message(message, exchange, { side: 'response', interim: i }, work);
      if (changed !== message) cutInterim = cutInterim.map((one, at) => (at === i ? changed : one));
    }
    if (cutRequest === request && cutResponse === response && cutInterim === interim) return exchange;
    return freed(exchange, cutRequest, cutResponse, cutInterim, work);
  }

  #message(message: Message, { protocol }: Exchange, place: Place, work: Work): Message {
    const cuts = this.#cuts.find(message, protocol);
    return cuts.length === 0 ? message : this.#without(message, cuts, place, work);
  }

  #without(message: Message, cuts: readonly Cut[], place: Place, work: Work): Message {
    const bytes = messageBytes(message);
    const writer = new PartWriter(message);
    const pathEnd = place === REQUEST ? endOfPath(bytes) : 0;
    for (const { start, end, filler } of cuts) {
      if (place === REQUEST && start < pathEnd) work.pathTexts.push(latin1(bytes, start, end));
      if (work.texts.length < MAX_TEXTS && end - start <= MAX_TEXT_BYTES) work.texts.push(latin1(bytes, start, end));
      if (this.#sealer !== undefined) this.#keep(bytes, start, end, message, place, this.#sealer, work);
      writer.write(start, end - start, filler);
    }
    // Written out: objects put together with spreads cost several times as much.
    return {
      parts: writer.parts,
      byteCount: message.byteCount,
      headByteCount: message.headByteCount,
      streamOffset: message.streamOffset,
      firstByteAt: message.firstByteAt,
      lastByteAt: message.lastByteAt,
      complete: message.complete,
      truncated: message.truncated,
      missing: message.missing,
    };
  }

  #keep(
    bytes: Uint8Array,
    start: number,
    end: number,
    { missing }: Message,
    { side, interim }: Place,
    sealer: ValueSealer,
    work: Work,
  ): void {
    let from = start;
    for (const { offset, byteCount } of toWireRanges(start, end, missing)) {
      const sealed = sealer.seal(bytes, from, from + byteCount);
      const { keyId } = sealer;
      from += byteCount;
      if (interim === undefined) work.sealed.push({ side, offset, byteCount, keyId, sealed });
      else work.sealed.push({ side, interim, offset, byteCount, keyId, sealed });
    }
  }
}

interface Work {
  readonly sealed: SealedRange[];
  /** What was cut out, as latin1: looked for in what stands beside the bytes. */
  readonly texts: string[];
  /** Those of the path. */
  readonly pathTexts: string[];
}

const LF = 0x0a;
const QUESTION = 0x3f;

/** Of the request's first line: where its query begins, or the line ends. */
function endOfPath(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === QUESTION || bytes[at] === LF) return at;
  return bytes.length;
}

/** Compared with what stands beside the bytes; that is short, and secrets in it come first. */
const MAX_TEXTS = 64;
const MAX_TEXT_BYTES = 4_096;

function freed(
  exchange: Exchange,
  request: Message | undefined,
  response: Message | undefined,
  interim: readonly Message[],
  { sealed, texts, pathTexts }: Work,
): Exchange {
  const { path, session, flow, attributes } = exchange;
  const cutPath = pathTexts.length === 0 ? path : without(path, pathTexts, 1);
  return {
    id: exchange.id,
    flow,
    origin: exchange.origin,
    protocol: exchange.protocol,
    source: exchange.source,
    service: exchange.service,
    operation: cutPath === path ? exchange.operation : without(exchange.operation, pathTexts, 1),
    verb: exchange.verb,
    path: cutPath,
    status: exchange.status,
    outcome: exchange.outcome,
    reason: exchange.reason,
    trace: exchange.trace,
    session: session === flow.id ? session : without(session, texts, MIN_TEXT),
    request,
    response,
    interim,
    notes: exchange.notes,
    sealed,
    masked: exchange.masked,
    attributes: attributesWithout(attributes, texts),
    turns: exchange.turns,
  };
}

function without(text: string, secrets: readonly string[], minLength: number): string {
  let freedText = text;
  for (const secret of secrets) {
    if (secret.length >= minLength && secret.length <= freedText.length && freedText.includes(secret)) {
      freedText = freedText.replaceAll(secret, '*'.repeat(secret.length));
    }
  }
  return freedText;
}

function attributesWithout(attributes: Exchange['attributes'], secrets: readonly string[]): Exchange['attributes'] {
  let changed: Record<string, string> | undefined;
  for (const name in attributes) {
    const value = attributes[name] as string;
    const freedValue = without(value, secrets, MIN_TEXT);
    if (freedValue === value) continue;
    changed ??= { ...attributes };
    changed[name] = freedValue;
  }
  return changed ?? attributes;
}
