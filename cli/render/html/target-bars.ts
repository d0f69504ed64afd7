/**
 * Targets as bars: their states over the run, and their shares beside what was expected.
 *
 *     10.0.0.7:80  ██████████······▒▒▒▒██████   a span a state, as wide as it was long; its words as a tooltip
 *     10.0.0.7:80  ██████████|                  the share, with a mark where it was expected
 */
import type { Millis } from '../../../core/index.ts';
import type { ReplayReport } from '../../../emitter/index.ts';
import { formatCount, formatShare, formatSpan } from '../amount.ts';
import { type CourseSpan, type CourseState, courseOf } from '../replay-courses.ts';
import { describeView } from '../replay-events.ts';
import { changedFirst, type TargetRow, targetRows } from '../replay-targets.ts';
import { html, type Markup } from './markup.ts';

/** Of each figure; in a longer list those that changed most are shown. */
const MAX_BARS = 50;

const STATES: Readonly<Record<CourseState, string>> = {
  up: 'up',
  returning: 'returning, with a part of its weight',
  down: 'down: failed its checks',
  ejected: 'ejected: failed its sends',
  untold: 'more changes than the report holds',
};

/** Empty where nobody judged the targets. */
export function statesFigure({ routing, durationMs, plan }: ReplayReport): Markup {
  const rows = routing === undefined || durationMs <= 0 ? [] : targetRows(routing);
  const shown = shownOf(rows.filter(({ health }) => health !== undefined));
  if (shown.length === 0) return html``;
  const courses = shown.map(({ target, health }) => ({
    name: labelOf(target, rows),
    spans: health === undefined ? [] : courseOf(health, durationMs),
  }));
  const seen = (Object.keys(STATES) as CourseState[]).filter((state) =>
    courses.some(({ spans }) => spans.some((span) => span.state === state)),
  );
  return html`<figure id="states"><figcaption><span>${`States of the targets${describeView({ plan })}`}</span></figcaption>
<p class="legend">${seen.map((state) => html`<span><i class="${state}"></i>${STATES[state]}</span> `)}</p>
<div class="bars">${courses.map(({ name, spans }) => stateBar(name, spans, durationMs))}
<span></span><div class="axis"><span>0 s</span><span>${timeText(durationMs)}</span></div></div>
</figure>
`;
}

/** Empty where there is one target. */
export function sharesFigure({ routing }: ReplayReport): Markup {
  const rows = routing === undefined ? [] : targetRows(routing);
  if (rows.length < 2) return html``;
  const bars = shownOf(rows).map(({ target }) => {
    const { sends, share, expectedShare, weightShare } = target;
    const words = `${formatShare(share, 1)} of the sends, ${formatShare(expectedShare, 1)} expected, ${formatShare(weightShare, 1)} by weight`;
    return html`
<span>${labelOf(target, rows)}</span><div class="bar" role="img" aria-label="${words}" title="${words}"><span class="share" style="width:${percent(share)}"></span><b style="left:${percent(expectedShare)}"></b></div><span>${formatCount(sends)}</span>`;
  });
  return html`<figure id="shares"><figcaption><span>Sends of the targets</span></figcaption>
<p class="legend"><span><i class="share"></i>share of the sends</span> <span><b></b>expected of its weight while it was in</span></p>
<div class="bars counted">${bars}</div>
</figure>
`;
}

function stateBar(name: string, spans: readonly CourseSpan[], durationMs: Millis): Markup {
  const texts = spans.map(({ state, fromMs, toMs }) => `${timeText(fromMs)} to ${timeText(toMs)}: ${state}`);
  return html`
<span>${name}</span><div class="bar" role="img" aria-label="${`${name}: ${texts.join('; ')}`}">${spans.map(
    ({ state, fromMs, toMs }, index) =>
      html`<span class="${state}" title="${texts[index] as string}" style="left:${percent(fromMs / durationMs)};width:${percent((toMs - fromMs) / durationMs)}"></span>`,
  )}</div>`;
}

/** Its pool too, where another pool has the target as well. */
function labelOf({ id, name }: TargetRow['target'], rows: readonly TargetRow[]): string {
  return rows.filter(({ target }) => target.name === name).length > 1 ? id : name;
}

function shownOf(rows: readonly TargetRow[]): readonly TargetRow[] {
  return rows.length <= MAX_BARS ? rows : changedFirst(rows).slice(0, MAX_BARS);
}

function percent(share: number): string {
  return `${Number((Math.min(1, Math.max(0, share)) * 100).toFixed(3))}%`;
}

function timeText(ms: Millis): string {
  return ms === 0 ? '0 s' : formatSpan(ms * 1_000);
}
