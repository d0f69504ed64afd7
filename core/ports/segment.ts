/**
 * Names of time segments: what retention drops as a whole.
 *
 *   20261121T100000Z          starts at 10:00:00 UTC
 *   20261121T100000Z.bulk     the same time, of the services of the retention group `bulk`
 *
 * Names sort as their times do. Segments of one time hold exchanges of the same time side by side: a scan merges them.
 */
import type { Micros } from '../units.ts';

export type Segment = string;

const FORM = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:\.([a-z0-9][a-z0-9-]{0,39}))?$/;

/** What a retention group may be called. */
export const SEGMENT_GROUP = /^[a-z0-9][a-z0-9-]{0,39}$/;

/**
 * @param startAt µs since the epoch, a whole second
 * @param group as {@link SEGMENT_GROUP}; empty for services that are in none
 */
export function formatSegment(startAt: Micros, group = ''): Segment {
  const time = new Date(startAt / 1000).toISOString().replace(/[-:]|\.\d+/g, '');
  return group === '' ? time : `${time}.${group}`;
}

/** @returns undefined for a text that is no segment's name */
export function parseSegment(text: string): { readonly startAt: Micros; readonly group: string } | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const startAt = Date.UTC(year, month - 1, day, hour, minute, second) * 1000;
  const group = match[7] ?? '';
  return formatSegment(startAt, group) === text ? { startAt, group } : undefined;
}

/** @throws RangeError for a text that is no segment's name: names come from {@link formatSegment} or were parsed */
export function segmentStart(segment: Segment): Micros {
  const parsed = parseSegment(segment);
  if (parsed === undefined) throw new RangeError(`"${segment}" is no segment`);
  return parsed.startAt;
}
