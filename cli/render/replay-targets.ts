/** What each of several targets got, beside what its weight let expect, and how it was. */
import type { ReplayReport } from '../../emitter/index.ts';
import { formatCount, formatNumberOf, formatShare } from './amount.ts';
import { type PlainColumn, renderPlainTable } from './plain-table.ts';
import {
  COURSE_LEGEND,
  courseOf,
  type RoutingReport,
  renderCourse,
  type TargetHealthReport,
} from './replay-courses.ts';
import { listNames, type SummaryRow, summaryRow } from './replay-summary-row.ts';
import { escapeForTerminal, shorten } from './terminal-text.ts';

export type TargetReport = RoutingReport['targets']['targets'][number];

const MAX_TARGETS = 12;
const MAX_NAME_CHARACTERS = 44;
const COURSE_WIDTH = 24;
/** Shares that differ by less are told once. */
const SAME_SHARE = 0.005;

/** A target with what is known of its health. */
export interface TargetRow {
  readonly target: TargetReport;
  /** Undefined where nobody judged it, or it has been taken out. */
  readonly health: TargetHealthReport | undefined;
  /** `up`, `returning at 40 %`, `drained`; empty where there is nothing to tell. */
  readonly state: string;
}

export function targetRows({ targets: { targets, drains }, health }: RoutingReport): readonly TargetRow[] {
  const healthOf = new Map(health?.targets.map((one) => [one.id, one]));
  const drainOf = new Map(drains.map((drain) => [drain.id, drain]));
  return targets.map((target) => {
    const own = healthOf.get(target.id);
    return { target, health: own, state: target.weight > 0 ? stateText(own) : outText(drainOf.get(target.id)) };
  });
}

/** Undefined where there is one target that stayed as it was. */
export function summarizeTargets({ routing, notSent }: ReplayReport): SummaryRow | undefined {
  if (routing === undefined) return undefined;
  const rows = targetRows(routing);
  const names = new Set(rows.map(({ target }) => target.name));
  const pools = new Set(rows.map(({ target }) => target.pool));
  const changes = rows.reduce((sum, { health }) => sum + (health?.changeCount ?? 0), 0);
  const withheld = rows.reduce((sum, { health }) => sum + (health?.withheld ?? 0), 0);
  const noTarget = notSent['no-target'] ?? 0;
  const out = rows.filter(({ target, health }) => target.weight > 0 && health?.share === 0);
  if (names.size < 2 && changes + withheld + noTarget === 0 && routing.targets.drains.length === 0) return undefined;
  const parts = [
    `${formatNumberOf(names.size, 'target')}${pools.size > 1 ? ` in ${formatNumberOf(pools.size, 'pool')}` : ''}`,
    ...(changes > 0 ? [`${formatNumberOf(changes, 'change')} of state`] : []),
    ...(withheld > 0 ? [`${formatNumberOf(withheld, 'ejection')} withheld, as too many were out`] : []),
  ];
  const troubles = [
    ...(noTarget > 0 ? [`${formatNumberOf(noTarget, 'send')} found no target available`] : []),
    ...(out.length > 0 ? [`out at the end: ${listNames(out.map(({ target }) => target.name))}`] : []),
  ];
  return summaryRow('targets', parts, troubles);
}

/** Empty where there is one target: all is its. */
export function renderTargets({ routing, durationMs }: ReplayReport): string {
  const rows = routing === undefined ? [] : targetRows(routing);
  const changed = rows.some(({ health }) => (health?.changeCount ?? 0) > 0);
  if (routing === undefined || (rows.length < 2 && !changed)) return '';
  const { others } = routing.targets;
  const shown = rows.length <= MAX_TARGETS ? rows : changedFirst(rows).slice(0, MAX_TARGETS);
  const columns = columnsOf(rows).filter(({ says }) => says);
  const table = renderPlainTable(
    [
      ...columns.map(({ head, align }) => ({ head, align })),
      ...(changed ? [{ head: COURSE_LEGEND, align: 'left' } as const] : []),
    ],
    shown.map((row) => [
      ...columns.map(({ cell }) => shorten(escapeForTerminal(cell(row)), MAX_NAME_CHARACTERS)),
      ...(changed
        ? [row.health === undefined ? '' : renderCourse(courseOf(row.health, durationMs), durationMs, COURSE_WIDTH)]
        : []),
    ]),
  );
  const more = rows.length - shown.length;
  return [
    table,
    ...(more > 0 ? [`and ${formatCount(more)} more`] : []),
    ...(others.targets > 0 ? [describeOthers(others)] : []),
  ].join('\n');
}

/** Of targets that were taken out so long ago that only their sum is known. */
export function describeOthers({ targets, sends }: RoutingReport['targets']['others']): string {
  return `${formatNumberOf(targets, 'target')} taken out before: ${formatNumberOf(sends, 'send')}`;
}

/** Those that changed first, then those with most sends: what a reader looks for in a long list. */
export function changedFirst(rows: readonly TargetRow[]): readonly TargetRow[] {
  const changes = ({ health }: TargetRow) => health?.changeCount ?? 0;
  return [...rows].sort((one, other) => changes(other) - changes(one) || other.target.sends - one.target.sends);
}

interface TargetColumn extends PlainColumn {
  /** Whether it tells anything of this run. */
  readonly says: boolean;
  readonly cell: (row: TargetRow) => string;
}

function columnsOf(rows: readonly TargetRow[]): readonly TargetColumn[] {
  const severalPools = new Set(rows.map(({ target }) => target.pool)).size > 1;
  const moved = ({ target }: TargetRow) => Math.abs(target.weightShare - target.expectedShare) > SAME_SHARE;
  return [
    { head: 'target', align: 'left', says: true, cell: ({ target }) => target.name },
    { head: 'pool', align: 'left', says: severalPools, cell: ({ target }) => poolText(target) },
    {
      head: 'unit',
      align: 'left',
      says: rows.some(({ target }) => target.unit !== undefined),
      cell: ({ target }) => target.unit ?? 'any',
    },
    { head: 'weight', align: 'right', says: true, cell: ({ target }) => formatWeight(target.weight) },
    { head: 'sends', align: 'right', says: true, cell: ({ target }) => formatCount(target.sends) },
    { head: 'share', align: 'right', says: true, cell: ({ target }) => formatShare(target.share, 1) },
    { head: 'expected', align: 'right', says: true, cell: ({ target }) => formatShare(target.expectedShare, 1) },
    {
      head: 'by weight',
      align: 'right',
      says: rows.some(moved),
      cell: ({ target }) => formatShare(target.weightShare, 1),
    },
    { head: 'state', align: 'left', says: rows.some(({ state }) => state !== ''), cell: ({ state }) => state },
  ];
}

export function poolText({ pool, standby }: TargetReport): string {
  return standby ? `${pool} (standby)` : pool;
}

/** `3`, `0.25`, `1,000`. */
export function formatWeight(weight: number): string {
  return Number.isInteger(weight) ? formatCount(weight) : String(Number(weight.toPrecision(4)));
}

function stateText(health: TargetHealthReport | undefined): string {
  if (health === undefined) return '';
  return health.state === 'returning' && health.share < 1
    ? `returning at ${formatShare(health.share, 1)}`
    : health.state;
}

function outText(drain: RoutingReport['targets']['drains'][number] | undefined): string {
  if (drain === undefined) return 'weight 0';
  if (drain.state === 'draining') return 'draining';
  return drain.by === 'removal' ? 'taken out' : 'drained';
}
