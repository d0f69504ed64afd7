/** What a store holds, and its pinned recordings, for people. */
import { formatIsoTime, type StoreStatistics } from '../../core/index.ts';
import type { Pin, SegmentOverview, StoreOverview } from '../../store/index.ts';
import { formatByteCount, formatCount, formatNumberOf } from './amount.ts';
import { type PlainColumn, renderPlainTable } from './plain-table.ts';
import { escapeForTerminal } from './terminal-text.ts';

/** Segments listed, the newest; all are in the JSON. */
const LISTED_SEGMENTS = 50;

const SEGMENT_COLUMNS: readonly PlainColumn[] = [
  { head: 'segment', align: 'left' },
  { head: 'exchanges', align: 'right' },
  { head: 'data', align: 'right' },
  { head: 'index', align: 'right' },
  { head: 'index state', align: 'left' },
];
const PIN_COLUMNS: readonly PlainColumn[] = [
  { head: 'recording', align: 'left' },
  { head: 'pinned', align: 'left' },
  { head: 'exchanges', align: 'right' },
  { head: 'size', align: 'right' },
  { head: 'state', align: 'left' },
  { head: 'query', align: 'left' },
];

export function renderStoreOverview(
  where: string,
  overview: StoreOverview,
  statistics: StoreStatistics,
  retention: string,
): string {
  const { dataLayer, indexLayer, indexFailure, segmentMinutes, segments, pins } = overview;
  const { exchanges, bytesOnDisk, oldestAt, newestAt } = statistics;
  const span = oldestAt === undefined || newestAt === undefined ? '' : `, ${second(oldestAt)} to ${second(newestAt)}`;
  const listed = segments.slice(-LISTED_SEGMENTS);
  const left = segments.length - listed.length;
  return [
    `${where}: data in ${dataLayer}, index in ${indexLayer}, segments of ${segmentMinutes} min`,
    ...(indexFailure === undefined ? [] : [`index: not reachable (${escapeForTerminal(indexFailure)})`]),
    `${formatNumberOf(exchanges, 'exchange')}, ${formatByteCount(bytesOnDisk)}${span}`,
    `kept by capture: ${retention}`,
    ...(listed.length === 0 ? [] : [renderPlainTable(SEGMENT_COLUMNS, listed.map(segmentRow))]),
    ...(left === 0 ? [] : [`… and ${formatNumberOf(left, 'older segment')}; --json lists all`]),
    ...(pins.length === 0 ? [] : [renderPins(pins)]),
  ].join('\n');
}

export function renderPins(pins: readonly Pin[]): string {
  return renderPlainTable(
    PIN_COLUMNS,
    pins.map(({ name, pinnedAt, exchanges, byteCount, state, query }) => [
      name,
      second(pinnedAt),
      formatCount(exchanges),
      formatByteCount(byteCount),
      state === 'complete' ? 'complete' : 'not whole',
      escapeForTerminal(query === '' ? 'everything' : query),
    ]),
  );
}

function segmentRow({ segment, exchanges, dataBytes, indexBytes, indexed, waitingBlocks }: SegmentOverview): string[] {
  const waiting = waitingBlocks === 0 ? 'complete' : `${waitingBlocks} blocks wait`;
  return [
    segment,
    exchanges === undefined ? '-' : formatCount(exchanges),
    formatByteCount(dataBytes),
    indexBytes === undefined ? '-' : formatByteCount(indexBytes),
    indexed === undefined ? '-' : indexed ? waiting : 'none: store repair makes it',
  ];
}

function second(at: number): string {
  return `${formatIsoTime(at).slice(0, 19)}Z`;
}
