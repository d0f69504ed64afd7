/** What rules would do to a sample: hits a rule, where for example, what would be left out. No value of it is shown. */
import { type Exchange, formatExchangeId } from '../../core/index.ts';
import { UNPARSABLE } from '../../parser/index.ts';
import { renderPlainTable } from '../render/plain-table.ts';
import { escapeForTerminal } from '../render/terminal-text.ts';
import type { OpenedMasker } from './open-masking.ts';

const MAX_EXAMPLES = 3;

interface RuleHits {
  values: number;
  exchanges: number;
  readonly examples: string[];
}

export interface MaskReport {
  readonly exchanges: number;
  /** Those that would change. */
  readonly masked: number;
  /** Those of which a message would be left out, because it cannot be read. */
  readonly leftOut: number;
  readonly rules: readonly ({ readonly rule: string } & Readonly<RuleHits>)[];
}

export class MaskPreview {
  readonly #masker: OpenedMasker['masker'];
  readonly #hits: ReadonlyMap<string, RuleHits>;
  readonly #sample: number;
  #exchanges = 0;
  #masked = 0;
  #leftOut = 0;

  constructor({ masker, names }: OpenedMasker, sample: number) {
    this.#masker = masker;
    this.#hits = new Map([...names, UNPARSABLE].map((name) => [name, { values: 0, exchanges: 0, examples: [] }]));
    this.#sample = sample;
  }

  /** Exchanges that are looked at yet. */
  get left(): number {
    return this.#sample - this.#exchanges;
  }

  add(exchange: Exchange): void {
    this.#exchanges++;
    const masked = this.#masker.mask(exchange);
    const parts = masked.masked.slice(exchange.masked.length);
    if (parts.length === 0) return;
    this.#masked++;
    if (parts.some(({ action }) => action === 'drop')) this.#leftOut++;
    for (const { side, rule, count } of parts) {
      const hits = this.#hits.get(rule);
      if (hits === undefined) continue;
      hits.values += count;
      hits.exchanges++;
      const what = masked.operation === '' ? formatExchangeId(exchange.id) : masked.operation;
      const example = `${side} of ${what}`;
      if (hits.examples.length < MAX_EXAMPLES && !hits.examples.includes(example)) hits.examples.push(example);
    }
  }

  report(): MaskReport {
    return {
      exchanges: this.#exchanges,
      masked: this.#masked,
      leftOut: this.#leftOut,
      rules: [...this.#hits].map(([rule, hits]) => ({ rule, ...hits })),
    };
  }

  text(): string {
    const { exchanges, masked, leftOut, rules } = this.report();
    const heads = [
      { head: 'rule', align: 'left' as const },
      { head: 'values', align: 'right' as const },
      { head: 'messages', align: 'right' as const },
      { head: 'for example', align: 'left' as const },
    ];
    const rows = rules
      .filter(({ rule, values }) => rule !== UNPARSABLE || values > 0)
      .map(({ rule, values, exchanges, examples }) => [
        escapeForTerminal(rule),
        `${values}`,
        `${exchanges}`,
        escapeForTerminal(examples.join(', ')),
      ]);
    return [
      renderPlainTable(heads, rows),
      '',
      `${exchanges} exchanges looked at: ${masked} would change, of ${leftOut} a message would be left out because it cannot be read; nothing was written`,
    ].join('\n');
  }
}
