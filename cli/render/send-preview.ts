/**
 * What a replay would send where, and why: for a dry run.
 *
 *     GET /items/7  01HF…
 *       to 10.0.0.7:80 of pool a, unit one: user 7 belongs to one
 *       by the rules: dev host
 *       - Host: shop.example
 *       + Host: dev.example
 */
import pc from 'picocolors';
import { formatNumberOf } from './amount.ts';
import { changedLines } from './changed-lines.ts';
import { hideCredentials } from './credentials.ts';
import { escapeForTerminal, shorten } from './terminal-text.ts';

export interface SendPreview {
  /** Id of the exchange. */
  readonly exchange: string;
  readonly operation: string;
  /** `host:port`; undefined where it is not sent. */
  readonly target: string | undefined;
  readonly pool: string | undefined;
  readonly unit: string | undefined;
  /** What decided, or why it is not sent. */
  readonly why: string;
  /** Names of the rules that changed it, in order. */
  readonly rules: readonly string[];
  /** Start line and header fields as recorded, and as they would be sent; the same where it is not HTTP. */
  readonly before: string;
  readonly after: string;
}

const MAX_LINE_CHARACTERS = 300;

export function renderPreview(previews: readonly SendPreview[], { color }: { readonly color: boolean }): string {
  const paint = pc.createColors(color);
  return previews.map((preview) => previewLines(preview, paint).join('\n')).join('\n\n');
}

function previewLines(preview: SendPreview, paint: ReturnType<typeof pc.createColors>): readonly string[] {
  const { operation, exchange, rules } = preview;
  const lines = [`${paint.bold(plain(operation))}  ${paint.dim(plain(exchange))}`, `  ${wayText(preview, paint)}`];
  if (rules.length > 0) lines.push(`  by the ${rules.length === 1 ? 'rule' : 'rules'}: ${rules.map(plain).join(', ')}`);
  if (preview.target === undefined) return lines;
  for (const { sign, text } of maskedChanges(preview)) {
    const line = `  ${sign} ${plain(text)}`;
    lines.push(sign === '+' ? paint.green(line) : paint.red(line));
  }
  return lines;
}

function wayText({ target, pool, unit, why }: SendPreview, paint: ReturnType<typeof pc.createColors>): string {
  if (target === undefined) return `${paint.yellow('not sent')}: ${plain(why)}`;
  const place = [
    pool === undefined ? '' : ` of pool ${plain(pool)}`,
    unit === undefined ? '' : `, unit ${plain(unit)}`,
  ];
  return `to ${plain(target)}${place.join('')}${why === '' ? '' : `: ${plain(why)}`}`;
}

/** Compared as they are, shown without credentials: a new token of equal length is a change too. */
function maskedChanges({ before, after }: SendPreview): readonly { readonly sign: '+' | '-'; readonly text: string }[] {
  if (before === after) return [];
  const [was, is] = [linesOf(before), linesOf(after)];
  const [shownWas, shownIs] = [linesOf(hideCredentials(before)), linesOf(hideCredentials(after))];
  const changes = changedLines(was, is);
  if (changes === undefined) {
    return [{ sign: '+', text: `(${formatNumberOf(is.length, 'line')}, too many to compare)` }];
  }
  return changes.map(({ sign, at }) => ({ sign, text: (sign === '-' ? shownWas : shownIs)[at] ?? '' }));
}

function linesOf(head: string): readonly string[] {
  return head.split(/\r\n|\n|\r/);
}

function plain(text: string): string {
  return shorten(escapeForTerminal(text), MAX_LINE_CHARACTERS);
}
