/**
 * What a run would send where, and why, without a connection: rules, units and targets are asked as a run asks them,
 * all targets being well.
 */
import type { Exchange, Message } from '../../core/index.ts';
import { checkReplayOptions, type ReplayOptions } from '../options.ts';
import { RequestPreparer } from '../request/request-preparer.ts';
import { compileRequestKey, type RequestKey } from '../request-key/index.ts';
import { targetsOf } from '../sending.ts';
import { parseTarget } from '../target.ts';
import { type CheckedTargetSetOptions, TargetSet } from '../targets/index.ts';
import { UnitRouter } from '../units/index.ts';

export interface SendPreview {
  /** `host:port`; undefined where it is not sent. */
  readonly target: string | undefined;
  readonly pool: string | undefined;
  readonly unit: string | undefined;
  /** What decided, or why it is not sent. */
  readonly why: string;
  /** Names of the rules that did something, in order. */
  readonly rules: readonly string[];
  /** Of HTTP/1: start line and header fields as recorded and as sent; empty otherwise. */
  readonly before: string;
  readonly after: string;
}

export class SendPreviewer {
  readonly #preparer: RequestPreparer;
  readonly #units: UnitRouter<never> | undefined;
  readonly #targets: TargetSet<undefined>;
  readonly #balance: CheckedTargetSetOptions['balance'];
  readonly #keyOf: RequestKey | undefined;

  /** @throws BytecopyError `REPLAY_OPTIONS_INVALID`, `REPLAY_TARGET_INVALID` (exit code 2) */
  constructor(options: ReplayOptions) {
    const checked = checkReplayOptions(options);
    const targets = targetsOf(checked);
    this.#balance = targets.balance;
    this.#keyOf = this.#balance.by === 'weight' ? undefined : compileRequestKey(this.#balance.key, 'balance.key');
    this.#units = checked.units === undefined ? undefined : new UnitRouter<never>(checked.units);
    const all = targets.pools.flatMap((pool) => pool.targets.map(({ to }) => parseTarget(to)));
    this.#preparer = new RequestPreparer(checked, all, { units: this.#units });
    this.#targets = new TargetSet<undefined>(targets, () => undefined);
  }

  /** In the order in which they would be sent: turns are taken. @throws BytecopyError `REPLAY_WRITES_UNDECIDED` (exit code 2) */
  preview(exchange: Exchange): SendPreview {
    const appliedBefore = this.#preparer.hits.map(({ applied }) => applied);
    const reason = this.#preparer.check(exchange);
    const request = reason === undefined ? this.#preparer.build(exchange) : undefined;
    const rules = this.#preparer.hits
      .filter(({ applied }, at) => applied > (appliedBefore[at] ?? 0))
      .map(({ name }) => name);
    const nowhere = { target: undefined, pool: undefined, unit: undefined, rules, before: '', after: '' };
    if (request === undefined) return { ...nowhere, why: reason ?? '' };
    const unit = this.#units?.unitOf(this.#preparer.userOf(exchange));
    const key = this.#keyOf?.(exchange) ?? '';
    const entry = this.#targets.choose(key, unit, 0);
    if (entry === undefined) return { ...nowhere, why: 'no-target' };
    this.#targets.began(entry);
    this.#targets.ended(entry, 0);
    const isHttp = exchange.protocol === 'http1';
    return {
      target: entry.name,
      pool: entry.pool,
      unit,
      why: [unit === undefined ? '' : 'its user is of this unit', this.#choiceText(key)].filter(Boolean).join(', '),
      rules,
      before: isHttp ? recordedHead(exchange.request) : '',
      after: isHttp ? headOf(Buffer.concat(request.parts)) : '',
    };
  }

  /** The key itself may be a credential. */
  #choiceText(key: string): string {
    const balance = this.#balance;
    if (balance.by === 'weight') return 'by weight';
    return key === '' ? `by weight, as it has no ${balance.key}` : `by its ${balance.key}`;
  }
}

function recordedHead(message: Message | undefined): string {
  if (message === undefined) return '';
  return Buffer.concat(message.parts).toString('latin1', 0, message.headByteCount);
}

function headOf(bytes: Buffer): string {
  const end = bytes.indexOf('\r\n\r\n');
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end + 4);
}
