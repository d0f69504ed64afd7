/**
 * Where messages begin among bytes that follow a loss. Text alone proves nothing, because bodies may hold what looks like
 * heads; a chain of messages does that fills the bytes up to their end, where each ends where the next begins:
 *
 *   tail of a body, with heads in it │ head body │ head body │ head bo…
 *                                    └─ start    └─ start    └─ start
 *
 * Cost: a place is read once; reading stops when {@link READ_AGAIN} times the bytes were read.
 */
import type { ByteCount, Direction } from '../../core/index.ts';
import { latin1 } from '../latin1.ts';
import { FRAMING, type RequestKind, requestFraming, responseFraming } from './body-framing.ts';
import { ChunkedBody } from './chunked-body.ts';
import { type FieldSection, INCOMPLETE } from './field-section.ts';
import { NOTE } from './notes.ts';
import { COMMON_VERBS, type RequestLine } from './request-line.ts';
import type { StatusLine } from './status-line.ts';

/** How often the bytes may be read over, on average: a few times for real traffic; text made of start lines stops here. */
const READ_AGAIN = 16;

/** No message begins among the bytes, for all that can be known. */
export const NO_START = -1;

/** Where the bytes end: with a message, with the stream (which ends a body without length), or anywhere. */
export type StretchEnd = 'message' | 'stream' | 'anywhere';

export interface SearchRule {
  /** Only the first byte can begin a message. */
  readonly firstByteOnly: boolean;
  /** Most messages there can be, interim answers not counted. */
  readonly maxMessages: number;
  readonly end: StretchEnd;
  /** What was asked, for answers. */
  readonly kind: RequestKind;
}

/** What heads are read into; overwritten by a search. */
export interface HeadReaders {
  readonly requestLine: RequestLine;
  readonly statusLine: StatusLine;
  readonly fields: FieldSection;
}

/** The messages from a place on. */
interface Chain {
  /** The last one ends with the bytes. */
  readonly whole: boolean;
  readonly messages: number;
}

/** One message: where the next one begins, or how the bytes end in it. */
interface Link {
  readonly counts: number;
  /** -1 where the bytes end with it or within it. */
  readonly next: number;
  readonly whole: boolean;
}

/** Leniencies of which a head that is believed after a loss has none. */
const NOT_STRICT =
  NOTE.obsFold |
  NOTE.spaceBeforeColon |
  NOTE.malformedField |
  NOTE.conflictingContentLength |
  NOTE.invalidContentLength |
  NOTE.contentLengthAndTransferEncoding |
  NOTE.unknownTransferEncoding |
  NOTE.oddTarget;

const STATUS_LINE = /HTTP\/1\.[01] \d\d\d[ \r\n]/g;
const VERSION_AT_END = / HTTP\/1\.[01]\r?$/;
const VERSION_OCTETS = 10;
/** A body need not end with a line: a common verb may follow it at once. Any other verb begins its line. */
const VERB = new RegExp(`(?:${COMMON_VERBS.join('|')}) |^[!-~]+ `, 'g');
const COMMON_VERB_AT_END = new RegExp(`.(?:${COMMON_VERBS.join('|')}) $`);

export class StartSearch {
  readonly #heads: HeadReaders;
  readonly #chunked = new ChunkedBody();
  #bytes: Uint8Array = new Uint8Array(0);
  #budget: ByteCount = 0;

  constructor(heads: HeadReaders) {
    this.#heads = heads;
  }

  /** @returns position of the first message, or {@link NO_START} */
  find(direction: Direction, bytes: Uint8Array, rule: SearchRule): number {
    if (rule.end !== 'stream') return this.#find(direction, bytes, rule);
    // A body that goes to the end of the stream swallows everything, and one that breaks off there may be bait: each is
    // believed only where nothing better is.
    for (const end of ['message', 'stream', 'anywhere'] as const) {
      const found = this.#find(direction, bytes, { ...rule, end });
      if (found !== NO_START) return found;
    }
    return NO_START;
  }

  #find(direction: Direction, bytes: Uint8Array, rule: SearchRule): number {
    this.#bytes = bytes;
    this.#budget = bytes.length * READ_AGAIN;
    const chains = new Map<number, Chain | undefined>();
    let found = NO_START;
    let most = -1;
    for (const at of rule.firstByteOnly ? [0] : placesOfStarts(direction, latin1(bytes, 0, bytes.length))) {
      const chain = this.#chain(direction, at, rule, chains);
      if (chain === undefined || chain.messages > rule.maxMessages || chain.messages <= most) continue;
      if (rule.end === 'anywhere') most = chain.messages;
      else if (!chain.whole) continue;
      found = at;
      if (rule.end !== 'anywhere') break;
    }
    return found;
  }

  /** Follows messages to the end of the bytes; undefined where something else than a message comes. */
  #chain(
    direction: Direction,
    start: number,
    rule: SearchRule,
    chains: Map<number, Chain | undefined>,
  ): Chain | undefined {
    const passed: { readonly at: number; readonly counts: number }[] = [];
    let chain: Chain | undefined;
    for (let at = start; ; ) {
      if (chains.has(at)) {
        chain = chains.get(at);
        break;
      }
      const link = this.#budget > 0 ? this.#link(direction, at, rule) : undefined;
      if (link === undefined || link.next < 0) {
        chain = link === undefined ? undefined : { whole: link.whole, messages: link.counts };
        chains.set(at, chain);
        break;
      }
      passed.push({ at, counts: link.counts });
      at = link.next;
    }
    for (const { at, counts } of passed.reverse()) {
      if (chain !== undefined) chain = { whole: chain.whole, messages: chain.messages + counts };
      chains.set(at, chain);
    }
    return chain;
  }

  /** The message that begins at the place; undefined where none does. */
  #link(direction: Direction, at: number, rule: SearchRule): Link | undefined {
    const { requestLine, statusLine, fields } = this.#heads;
    const bytes = this.#bytes;
    const end = bytes.length;
    const line = direction === 0 ? requestLine : statusLine;
    const fieldsAt = line.read(bytes, at, end);
    if (fieldsAt === INCOMPLETE) return { counts: 0, next: -1, whole: false };
    if (fieldsAt < 0 || (line.version !== 11 && line.version !== 10)) return undefined;
    const headEnd = fields.read(bytes, fieldsAt, end);
    this.#budget -= (headEnd === INCOMPLETE ? end : headEnd) - at;
    if (((line.notes | fields.notes) & NOT_STRICT) !== 0) return undefined;
    const counts = direction === 0 || statusLine.status >= 200 || statusLine.status === 101 ? 1 : 0;
    if (headEnd === INCOMPLETE) return { counts, next: -1, whole: false };
    const framing = direction === 0 ? requestFraming(fields) : responseFraming(statusLine.status, fields, rule.kind);
    switch (framing) {
      case FRAMING.untilClose:
        return { counts, next: -1, whole: rule.end === 'stream' };
      case FRAMING.tunnel:
        return { counts, next: -1, whole: headEnd === end };
      case FRAMING.broken:
        return undefined;
      case FRAMING.chunked:
        return this.#chunkedLink(headEnd, counts);
      default: {
        const next = headEnd + framing;
        return next < end ? { counts, next, whole: false } : { counts, next: -1, whole: next === end };
      }
    }
  }

  #chunkedLink(bodyAt: number, counts: number): Link | undefined {
    const bytes = this.#bytes;
    this.#chunked.reset();
    const next = this.#chunked.push(bytes, bodyAt, bytes.length);
    this.#budget -= next - bodyAt;
    if (this.#chunked.reason !== '') return undefined;
    if (next < bytes.length) return { counts, next, whole: false };
    return { counts, next: -1, whole: this.#chunked.done };
  }
}

/** Every place where a start line may begin, in order; the first byte too, where its line is cut off. */
function* placesOfStarts(direction: Direction, text: string): Generator<number> {
  if (direction === 1) {
    yield 0;
    for (const { index } of text.matchAll(STATUS_LINE)) if (index > 0) yield index;
    return;
  }
  let at = 0;
  for (const line of text.split('\n')) {
    if (at + line.length === text.length || VERSION_AT_END.test(line.slice(-VERSION_OCTETS))) {
      yield* placesOfVerbs(line, at);
    }
    at += line.length + 1;
  }
}

function* placesOfVerbs(line: string, lineAt: number): Generator<number> {
  for (const { index, 0: verb } of line.matchAll(VERB)) {
    if (!COMMON_VERB_AT_END.test(verb)) yield lineAt + index;
    else yield lineAt + index + verb.length - (COMMON_VERB_AT_END.exec(verb)?.[0].length ?? 0) + 1;
  }
}
