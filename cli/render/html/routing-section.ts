/** Targets, drains and units on the page: figures first, then what changed, with its reason. */
import type { ReplayReport } from '../../../emitter/index.ts';
import { formatCount, formatShare, formatSpan } from '../amount.ts';
import type { RoutingReport } from '../replay-courses.ts';
import { eventsOf, namesOf } from '../replay-events.ts';
import { changedFirst, describeOthers, formatWeight, poolText, targetRows } from '../replay-targets.ts';
import { type UnitReport, unitRows } from '../replay-units.ts';
import { html, type Markup } from './markup.ts';
import { type Cell, renderTable } from './table.ts';
import { sharesFigure, statesFigure } from './target-bars.ts';

/** Rows of each table; what is over is counted. */
const MAX_ROWS = 500;

/** Empty where there is one target, and nobody judged it. */
export function routingSection(report: ReplayReport): Markup {
  const { routing } = report;
  if (routing === undefined) return html``;
  return html`<section aria-labelledby="targets"><h2 id="targets">Targets</h2>
${statesFigure(report)}${sharesFigure(report)}${targetsTable(routing)}${timesTable(routing)}${eventsTable(routing)}${drainsTable(routing)}${
  routing.units === undefined ? '' : unitsTables(routing, routing.units)
}</section>
`;
}

function targetsTable(routing: RoutingReport): Markup {
  const rows = targetRows(routing);
  const shown = rows.length <= MAX_ROWS ? rows : changedFirst(rows).slice(0, MAX_ROWS);
  const severalPools = new Set(rows.map(({ target }) => target.pool)).size > 1;
  const units = rows.some(({ target }) => target.unit !== undefined);
  const { others } = routing.targets;
  const table = renderTable({
    caption: `Shares of the targets${leftOut(rows, shown)}`,
    sortable: true,
    heads: [
      'target',
      ...(severalPools ? ['pool'] : []),
      ...(units ? ['unit'] : []),
      ...['weight', 'sends', 'share', 'expected', 'by weight now', 'state at the end'],
    ],
    rows: shown.map((row) => [
      row.target.name,
      ...(severalPools ? [{ text: poolText(row.target) }] : []),
      ...(units ? [{ text: row.target.unit ?? 'any' }] : []),
      { text: formatWeight(row.target.weight), value: row.target.weight },
      countCell(row.target.sends),
      ...[row.target.share, row.target.expectedShare, row.target.weightShare].map(shareCell),
      { text: row.state === '' ? '-' : row.state },
    ]),
  });
  return html`${table}${others.targets > 0 ? html`<p>${describeOthers(others)}</p>\n` : ''}`;
}

/** Of the targets that changed; the others were up all the time. */
function timesTable(routing: RoutingReport): Markup {
  const rows = targetRows(routing).flatMap(({ health, target }) =>
    health !== undefined && health.changeCount + health.withheld > 0 ? [{ id: target.id, health }] : [],
  );
  if (rows.length === 0) return html``;
  const names = namesOf(routing);
  const shown = rows.slice(0, MAX_ROWS);
  return renderTable({
    caption: `Time in each state${leftOut(rows, shown)}`,
    sortable: true,
    heads: ['target', 'up', 'returning', 'down', 'ejected', 'changes', 'ejections withheld'],
    rows: shown.map(({ id, health: { timeInMs, changeCount, withheld } }) => [
      names.get(id) ?? id,
      ...[timeInMs.up, timeInMs.returning, timeInMs.down, timeInMs.ejected].map((ms) => ({
        text: ms === 0 ? '-' : formatSpan(ms * 1_000),
        value: ms,
      })),
      countCell(changeCount),
      countCell(withheld),
    ]),
  });
}

function eventsTable(routing: RoutingReport): Markup {
  const events = eventsOf(routing);
  if (events.length === 0) return html``;
  const shown = events.slice(0, MAX_ROWS);
  const untold = (routing.health?.targets ?? []).reduce(
    (sum, { changeCount, timeline }) => sum + changeCount - timeline.length,
    0,
  );
  const table = renderTable({
    caption: `What changed${leftOut(events, shown)}`,
    heads: ['when', 'what', 'how and why'],
    rows: shown.map(({ atMs, subject, text }) => [formatSpan(atMs * 1_000), { text: subject }, { text }]),
  });
  const more =
    untold > 0 ? html`<p>${formatCount(untold)} later changes of state were counted and not kept.</p>\n` : '';
  return html`<div class="told">${table}</div>${more}`;
}

function drainsTable(routing: RoutingReport): Markup {
  const { drains } = routing.targets;
  if (drains.length === 0) return html``;
  const names = namesOf(routing);
  const shown = drains.slice(0, MAX_ROWS);
  return renderTable({
    caption: `Drains: from the moment a target takes nothing new until its last request ended${leftOut(drains, shown)}`,
    heads: ['target', 'when', 'by', 'in flight then', 'time to last request', 'state'],
    rows: shown.map(({ id, startedAt, by, inFlight, drainedAfter, state }) => [
      names.get(id) ?? id,
      { text: formatSpan(Math.max(0, startedAt - routing.startedAt)), value: startedAt },
      { text: by === 'weight' ? 'weight 0' : 'taken out' },
      countCell(inFlight),
      drainedAfter === undefined ? { text: '-' } : { text: formatSpan(drainedAfter), value: drainedAfter },
      { text: state },
    ]),
  });
}

function unitsTables({ startedAt }: RoutingReport, units: UnitReport): Markup {
  const { requests, misrouted, heldNow, version, earlierChanges } = units;
  const rows = unitRows(units);
  const shown = rows.slice(0, MAX_ROWS);
  const bySends = renderTable({
    caption: `Units: sends${leftOut(rows, shown)}`,
    heads: ['unit', 'sends', 'share'],
    rows: shown.map(({ unit, sends, share }) => [unit, countCell(sends), { text: share }]),
  });
  const facts = [
    ['version at the end', formatCount(version)],
    ['sends misrouted', formatCount(misrouted)],
    ['sends held at the end', formatCount(heldNow)],
    ['requests of known users', formatCount(requests.users)],
    ['requests for the central unit', formatCount(requests.central)],
    ['requests without a user', formatCount(requests.unresolved)],
    ['requests sent on too often', formatCount(requests.tooManyHops)],
  ] as const;
  const changes = renderTable({
    caption: `Changes of units${earlierChanges > 0 ? ` (${formatCount(earlierChanges)} earlier ones are left out)` : ''}`,
    heads: [
      'version',
      'prepared',
      'state',
      'decided after',
      'users',
      'held',
      'released',
      'no room',
      'longest hold',
      'last release after',
    ],
    rows: units.changes.map((change) => [
      formatCount(change.version),
      { text: formatSpan(Math.max(0, change.preparedAt - startedAt)) },
      { text: change.state },
      { text: change.decidedAt === undefined ? '-' : formatSpan(change.decidedAt - change.preparedAt) },
      ...[change.users, change.held, change.released, change.refused].map(countCell),
      ...[change.longestHoldMicros, change.releasedAfterMicros].map((micros) => ({
        text: change.released === 0 ? '-' : formatSpan(micros),
      })),
    ]),
  });
  return html`<h2>Units</h2>
<dl>${facts.map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl>
${bySends}${units.changes.length === 0 ? '' : html`<div class="narrow">${changes}</div>`}`;
}

function leftOut(all: readonly unknown[], shown: readonly unknown[]): string {
  const more = all.length - shown.length;
  return more === 0 ? '' : ` (${formatCount(more)} more are left out)`;
}

function countCell(count: number): Cell {
  return { text: formatCount(count), value: count };
}

function shareCell(share: number): Cell {
  return { text: formatShare(share, 1), value: share };
}
