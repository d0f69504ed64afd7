/**
 * Values that a target gives out differ from the recorded ones: a login's token, an order's id, a hidden field. What a
 * session's answers give out is learnt beside what was recorded, and later requests of that session say the new one.
 *
 *   recorded   POST /login ──▶ {"token":"old"}        GET /cart  Authorization: Bearer old
 *   replayed   POST /login ──▶ {"token":"new"}        GET /cart  Authorization: Bearer new
 *                   │ recorded(): old     │ learn(): old → new             ▲ rewrite()
 *
 * It is of use only where a session's sends keep their order. An answer whose value holds control characters, which could
 * end a line of a head, is as good as one without it.
 */
import type { Exchange, PreparedRequest, Protocol } from '../../core/index.ts';
import { locateSequenceIds, type ViewableMessage } from '../../parser/index.ts';
import { sendParts } from '../request/send-parts.ts';
import { Answer } from './answer.ts';
import { type AppliesTo, compileWhere } from './applies-to.ts';
import { BodyReplacer } from './body-replacer.ts';
import type { CorrelationReport } from './correlation-report.ts';
import type { Replaced } from './find-values.ts';
import { replaceInHttp } from './http-request.ts';
import { isUsable, type LearntValue, learntValue, type ReplaceRule } from './learnt-value.ts';
import { percentDecoded } from './octets.ts';
import type { CheckedCorrelationOptions } from './options.ts';
import { DEFAULT_SESSION_LIMITS, type SessionLimits, SessionValues } from './session-values.ts';
import { replaceInThrift } from './thrift-request.ts';
import { compileSource, type ValueReader } from './value-reader.ts';

/** What is to be learnt from the answer of an exchange. */
export interface Learnable {
  readonly protocol: Protocol;
  /** At least one. */
  readonly values: readonly { readonly rule: number; readonly recorded: string }[];
}

/** What of an exchange counts; requests whose answer is still to come have nothing to be learnt. */
export type AnsweredExchange = Pick<Exchange, 'protocol' | 'operation'> &
  Partial<Pick<Exchange, 'status' | 'response'>>;

interface CompiledRule extends ReplaceRule {
  readonly name: string;
  readonly appliesTo: AppliesTo;
  readonly read: ValueReader;
  readonly minLength: number;
  tooShort: number;
  learnt: number;
  missing: number;
  replaced: number;
}

export class Correlator {
  readonly #rules: readonly CompiledRule[];
  readonly #sessions: SessionValues;
  readonly #bodies = new BodyReplacer();
  #rewritten = 0;
  #withoutSession = 0;

  constructor(options: CheckedCorrelationOptions, limits: SessionLimits = DEFAULT_SESSION_LIMITS) {
    this.#sessions = new SessionValues(limits);
    this.#rules = options.map(({ name, learn, replace }, index) => ({
      index,
      name,
      in: new Set(replace.in),
      decoded: replace.decoded,
      appliesTo: compileWhere(learn.where),
      read: compileSource(learn.from),
      minLength: replace.minLength,
      tooShort: 0,
      learnt: 0,
      missing: 0,
      replaced: 0,
    }));
  }

  /** @returns what the answer of its replayed request is to be asked for; undefined where nothing */
  recorded(exchange: AnsweredExchange): Learnable | undefined {
    const { response, protocol } = exchange;
    if (response === undefined || protocol === 'tcp') return undefined;
    let answer: Answer | undefined;
    let values: { rule: number; recorded: string }[] | undefined;
    for (const rule of this.#rules) {
      if (!rule.appliesTo(exchange)) continue;
      answer ??= new Answer(protocol, response satisfies ViewableMessage);
      const recorded = rule.read(answer);
      if (recorded === undefined || !isUsable(recorded)) continue;
      if (recorded.length < rule.minLength) {
        rule.tooShort++;
        continue;
      }
      values ??= [];
      values.push({ rule: rule.index, recorded });
    }
    return values === undefined ? undefined : { protocol, values };
  }

  /**
   * @param session key of its order; where it is empty, nothing is learnt
   * @param answer the whole answer of the replayed request, interim ones left out; empty where none came
   */
  learn(session: string, { protocol, values }: Learnable, answer: Uint8Array): void {
    if (session === '') {
      this.#withoutSession++;
      return;
    }
    const view = Answer.of(protocol, answer);
    for (const { rule: index, recorded } of values) {
      const rule = this.#rules[index] as CompiledRule;
      const replacement = rule.read(view);
      if (replacement === undefined || !isUsable(replacement)) {
        rule.missing++;
        continue;
      }
      rule.learnt++;
      this.#sessions.learn(session, learntValue(rule, recorded, replacement));
      this.#learnDecoded(session, rule, recorded, replacement);
    }
  }

  /** @returns the same object where nothing is to be replaced */
  rewrite(session: string, request: PreparedRequest): PreparedRequest {
    if (session === '') return request;
    const values = this.#sessions.of(session);
    if (values === undefined) return request;
    const replaced = this.#replace(request, values);
    if (replaced === undefined) return request;
    this.#rewritten++;
    for (const { value } of replaced.found) (this.#rules[value.rule.index] as CompiledRule).replaced++;
    const { parts, byteCount } = sendParts([replaced.bytes]);
    const sequence = request.protocol === 'thrift' ? locateSequenceIds(parts[0] as Uint8Array) : request.sequence;
    return { ...request, parts, byteCount, sequence };
  }

  report(): CorrelationReport {
    return {
      rules: this.#rules.map(({ name, tooShort, learnt, missing, replaced }) => ({
        name,
        learnt,
        missing,
        replaced,
        tooShort,
      })),
      rewritten: this.#rewritten,
      sessions: this.#sessions.held,
      sessionsDropped: this.#sessions.sessionsDropped,
      valuesDropped: this.#sessions.valuesDropped,
      withoutSession: this.#withoutSession,
    };
  }

  /** Cookies come percent-encoded where a header of the next request says them plainly. */
  #learnDecoded(session: string, rule: CompiledRule, recorded: string, replacement: string): void {
    if (!rule.decoded || !recorded.includes('%')) return;
    const plain = percentDecoded(recorded);
    const newPlain = percentDecoded(replacement);
    if (plain === recorded || plain.length < rule.minLength || !isUsable(plain) || !isUsable(newPlain)) return;
    this.#sessions.learn(session, learntValue(rule, plain, newPlain));
  }

  #replace(request: PreparedRequest, values: readonly LearntValue[]): Replaced | undefined {
    const [first] = request.parts;
    if (first === undefined) return undefined;
    const bytes = request.parts.length === 1 ? first : Buffer.concat(request.parts);
    // Where the target gives out what was recorded, there is nothing to do.
    const changing = values.filter(({ recorded, replacement }) => recorded !== replacement);
    switch (request.protocol) {
      case 'http1':
        return replaceInHttp(bytes, changing, this.#bodies);
      case 'thrift':
        return replaceInThrift(bytes, changing);
      case 'tcp':
        return undefined;
      default:
        return request.protocol satisfies never;
    }
  }
}
