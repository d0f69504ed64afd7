/**
 * Masks exchanges: what rules name is gone for good before anything is kept. What cannot be read cannot be masked: of a
 * session, a broken or incomplete message, a body that no rule could read, only what is known about it stays.
 *
 *     exchange ──▶ rules by query and side ──▶ quick look ──▶ request, response, interim ──▶ path, operation, sealed, masked
 *
 * Pure; never throws, whatever the bytes; time is linear in them.
 */
import {
  type Exchange,
  MAX_PART_BYTES,
  type MaskedPart,
  type Message,
  messageBytes,
  type RequestReady,
  type SealedRange,
} from '../../core/index.ts';
import { type SecretNameOptions, SecretNames } from '../sealing/secret-names.ts';
import type { ThriftNames } from '../thrift/idl/thrift-names.ts';
import { maskTarget, pathOf } from './head-mask.ts';
import { type Change, maskHttp } from './http-mask.ts';
import { MaskRun } from './mask-run.ts';
import { type MaskRule, UNPARSABLE } from './masking-rule.ts';
import { QuickLook } from './quick-look.ts';
import { maskThrift } from './thrift-mask.ts';
import type { Sealer } from './value-changer.ts';

export interface MaskerOptions extends SecretNameOptions {
  /** In the order in which they are asked. */
  readonly rules: readonly MaskRule[];
  /** Names the fields of Thrift messages. */
  readonly idl?: ThriftNames | undefined;
  /** There where a rule encrypts. */
  readonly sealer?: Sealer | undefined;
  /** What cannot be read is kept as it is. */
  readonly raw?: boolean | undefined;
}

type Side = 'request' | 'response';

/** What became of one message. */
interface MaskedMessage {
  readonly message: Message;
  readonly changes: readonly Change[];
  readonly dropped: boolean;
}

export class Masker {
  readonly #rules: readonly MaskRule[];
  readonly #names: SecretNames;
  readonly #options: MaskerOptions;
  readonly #looks = new Map<string, QuickLook>();

  constructor(options: MaskerOptions) {
    this.#rules = options.rules;
    this.#names = new SecretNames(options);
    this.#options = options;
  }

  /** The same object where there is nothing to mask. */
  mask(exchange: Exchange): Exchange {
    const rules = this.#rules.filter(({ when }) => when === undefined || when(exchange));
    if (rules.length === 0) return exchange;
    const masked: MaskedPart[] = [];
    const request = this.#side(exchange, 'request', [exchange.request], rules, masked);
    const response = this.#side(exchange, 'response', [exchange.response, ...exchange.interim], rules, masked);
    if (request === undefined && response === undefined) return exchange;
    const [newRequest] = request ?? [];
    const [newResponse, ...newInterim] = response ?? [];
    return {
      ...exchange,
      ...this.#derived(exchange, newRequest, rules),
      request: newRequest?.message ?? exchange.request,
      response: newResponse?.message ?? exchange.response,
      interim: exchange.interim.map((message, i) => newInterim[i]?.message ?? message),
      sealed: exchange.sealed.flatMap((range) =>
        movedRange(range, changedOf(range, newRequest, newResponse, newInterim)),
      ),
      masked: [...exchange.masked, ...masked],
    };
  }

  /** What a mirror sends of it. @returns undefined where it cannot be read: it is not sent */
  maskRequest(ready: RequestReady): RequestReady | undefined {
    const alone: Exchange = {
      ...ready,
      origin: { tenant: '', environment: '', region: '', instance: '', labels: {} },
      status: 0,
      outcome: 'request-only',
      reason: '',
      response: undefined,
      interim: [],
      notes: [],
      sealed: [],
      masked: [],
      turns: [],
    };
    const masked = this.mask(alone);
    if (masked === alone) return ready;
    if (masked.request === undefined || masked.masked.some(({ action }) => action === 'drop')) return undefined;
    return { ...ready, operation: masked.operation, path: masked.path, request: masked.request };
  }

  /** @returns undefined where nothing of that side changes */
  #side(
    exchange: Exchange,
    side: Side,
    messages: readonly (Message | undefined)[],
    all: readonly MaskRule[],
    masked: MaskedPart[],
  ): readonly (MaskedMessage | undefined)[] | undefined {
    const rules = all.filter((rule) => rule.side === 'both' || rule.side === side);
    if (rules.length === 0) return undefined;
    const look = this.#lookOf(rules);
    let dropped = 0;
    const changed = messages.map((message) => {
      if (message === undefined || look.passes(message, exchange.protocol)) return undefined;
      const run = new MaskRun(rules, this.#names, this.#options.sealer);
      const one = this.#message(message, exchange, side, look.readsBodies, run);
      if (one?.dropped) dropped++;
      else if (one !== undefined) addHits(masked, side, run);
      return one;
    });
    if (dropped > 0) masked.push({ side, rule: UNPARSABLE, action: 'drop', count: dropped });
    return changed.some((one) => one !== undefined) ? changed : undefined;
  }

  #message(
    message: Message,
    { protocol }: Exchange,
    side: Side,
    readsBody: boolean,
    run: MaskRun,
  ): MaskedMessage | undefined {
    const { idl, raw } = this.#options;
    switch (protocol) {
      case 'http1': {
        const masked = maskHttp(message, { side, readsBody, idl }, run);
        if (masked === undefined) return undefined;
        if (masked === 'unparsable') return raw ? undefined : dropped(message);
        return replaced(message, [masked.head, masked.body], masked.head.length, masked.changes);
      }
      case 'thrift': {
        const isWhole = message.complete && !message.truncated && message.missing.length === 0;
        const bytes = messageBytes(message);
        const masked = isWhole ? maskThrift(bytes, idl, readsBody, run) : undefined;
        if (masked === undefined) return raw ? undefined : dropped(message);
        if (masked === bytes) return undefined;
        const change = { start: 0, end: bytes.length, byteCount: masked.length };
        return replaced(message, [masked], message.headByteCount, [change]);
      }
      case 'tcp':
        return raw ? undefined : dropped(message);
      default:
        return protocol satisfies never;
    }
  }

  /** Path and operation of what the request is now. */
  #derived(
    { protocol, path, operation, verb }: Exchange,
    request: MaskedMessage | undefined,
    all: readonly MaskRule[],
  ): Pick<Exchange, 'path' | 'operation'> {
    if (protocol !== 'http1' || request === undefined) return { path, operation };
    if (!request.dropped) return pathOf(messageBytes(request.message)) ?? { path, operation };
    // Read off a target that is gone now.
    const rules = all.filter(({ side }) => side !== 'response');
    const masked = maskTarget(path, new MaskRun(rules, this.#names, this.#options.sealer));
    if (masked === undefined) return { path, operation };
    return { path: masked, operation: operation === `${verb} ${path}` ? `${verb} ${masked}` : masked };
  }

  #lookOf(rules: readonly MaskRule[]): QuickLook {
    const key = rules.map((rule) => this.#rules.indexOf(rule)).join(' ');
    let look = this.#looks.get(key);
    if (look === undefined) {
      if (this.#looks.size >= MAX_LOOKS) this.#looks.clear();
      look = new QuickLook(rules, this.#names);
      this.#looks.set(key, look);
    }
    return look;
  }
}

function addHits(masked: MaskedPart[], side: Side, run: MaskRun): void {
  for (const [{ name, action }, count] of run.hits()) {
    if (action.kind !== 'keep') addPart(masked, { side, rule: name, action: action.kind, count });
  }
}

/** Rules of one name that do the same are told as one. */
function addPart(masked: MaskedPart[], part: MaskedPart): void {
  const { side, rule, action } = part;
  const at = masked.findIndex((one) => one.side === side && one.rule === rule && one.action === action);
  const known = masked[at];
  if (known === undefined) masked.push(part);
  else masked[at] = { ...part, count: known.count + part.count };
}

/** Sets of rules that queries leave: a few. */
const MAX_LOOKS = 256;

function dropped(message: Message): MaskedMessage | undefined {
  if (message.parts.length === 0) return undefined;
  const kept = message.parts.reduce((sum, part) => sum + part.length, 0);
  return {
    message: { ...message, parts: [], truncated: true, missing: [] },
    changes: [{ start: 0, end: kept, byteCount: 0 }],
    dropped: true,
  };
}

function replaced(
  message: Message,
  pieces: readonly Uint8Array[],
  headByteCount: number,
  changes: readonly Change[],
): MaskedMessage {
  const growth = changes.reduce((sum, { start, end, byteCount }) => sum + byteCount - (end - start), 0);
  const bytes = Buffer.concat(pieces);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += MAX_PART_BYTES) parts.push(bytes.subarray(at, at + MAX_PART_BYTES));
  return {
    message: {
      ...message,
      parts,
      byteCount: message.byteCount + growth,
      headByteCount,
      // They are all behind the head, which alone changes where bytes are missing.
      missing: message.missing.map(({ offset, byteCount }) => ({ offset: offset + growth, byteCount })),
    },
    changes,
    dropped: false,
  };
}

function changedOf(
  { side, interim }: SealedRange,
  request: MaskedMessage | undefined,
  response: MaskedMessage | undefined,
  interims: readonly (MaskedMessage | undefined)[],
): readonly Change[] {
  const message = interim === undefined ? (side === 'request' ? request : response) : interims[interim];
  return message?.changes ?? [];
}

/** Where it lies now; nothing where what it was cut out of is no more. */
function movedRange(range: SealedRange, changes: readonly Change[]): readonly SealedRange[] {
  const end = range.offset + range.byteCount;
  let { offset } = range;
  for (const change of changes) {
    if (change.start < end && change.end > range.offset) return [];
    if (change.end <= range.offset) offset += change.byteCount - (change.end - change.start);
  }
  return [offset === range.offset ? range : { ...range, offset }];
}
