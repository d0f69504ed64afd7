/**
 * What is kept, and for how long: pure.
 *
 * A rule bounds age and size. The first group whose patterns meet a service's name has it; its segments follow the
 * group's rule, which takes its age from the general one where it names none. The general size bounds the whole store,
 * groups included.
 *
 * Age counts from the end of a segment's time, or from when retention first saw the segment where that is later: what
 * is imported today is kept as long as what is captured today, however old the traffic in it.
 */
import { type ByteCount, type Micros, type Millis, matchesWildcard, type Segment } from '../../core/index.ts';

export interface RetentionRule {
  /** Undefined keeps it for ever. */
  readonly keepMs: Millis | undefined;
  /** Undefined is no bound. */
  readonly sizeBytes: ByteCount | undefined;
}

export interface RetentionGroup {
  /** As `SEGMENT_GROUP` takes it. */
  readonly name: string;
  /** Names of services, with `*` and `?`. */
  readonly services: readonly string[];
  readonly keepMs?: Millis;
  readonly sizeBytes?: ByteCount;
}

export interface RetentionPolicy extends RetentionRule {
  readonly groups: readonly RetentionGroup[];
}

export const DEFAULT_RETENTION: RetentionPolicy = {
  keepMs: 24 * 3600 * 1000,
  sizeBytes: 10 * 1024 ** 3,
  groups: [],
};

/** A segment as it is stored. */
export interface StoredSegment {
  readonly segment: Segment;
  readonly group: string;
  readonly endAt: Micros;
  /** When retention first saw it. */
  readonly seenAt: Micros;
  /** In both layers. */
  readonly byteCount: ByteCount;
  /** It is written, or may be: it stays. */
  readonly live: boolean;
}

export interface PlannedDrop {
  readonly segment: Segment;
  readonly byteCount: ByteCount;
  readonly why: 'age' | 'size';
}

/** @returns the group of a service, empty where it is in none; answers are kept, as a capture has few services */
export function groupsOf(groups: readonly RetentionGroup[]): (service: string) => string {
  if (groups.length === 0) return () => '';
  const known = new Map<string, string>();
  return (service) => {
    let group = known.get(service);
    if (group === undefined) {
      group = groups.find(({ services }) => services.some((pattern) => matchesWildcard(pattern, service)))?.name ?? '';
      if (known.size < MAX_KNOWN_SERVICES) known.set(service, group);
    }
    return group;
  };
}

const MAX_KNOWN_SERVICES = 10_000;

/** @returns when a segment is old enough to be dropped; undefined where it is kept for ever */
export function tooOldAt({ group, endAt, seenAt }: StoredSegment, policy: RetentionPolicy): Micros | undefined {
  const keepMs = policy.groups.find(({ name }) => name === group)?.keepMs ?? policy.keepMs;
  return keepMs === undefined ? undefined : Math.max(endAt, seenAt) + keepMs * 1000;
}

/** Oldest first; what is dropped by age counts no more when sizes are summed. */
export function planRetention(
  segments: readonly StoredSegment[],
  policy: RetentionPolicy,
  now: Micros,
): readonly PlannedDrop[] {
  const drops = new Map<Segment, PlannedDrop>();
  const oldestFirst = [...segments].sort(
    (one, other) => one.endAt - other.endAt || (one.segment < other.segment ? -1 : 1),
  );
  for (const stored of oldestFirst) {
    const { segment, byteCount, live } = stored;
    const at = tooOldAt(stored, policy);
    if (!live && at !== undefined && now >= at) drops.set(segment, { segment, byteCount, why: 'age' });
  }
  const dropBySize = (of: readonly StoredSegment[], sizeBytes: ByteCount | undefined): void => {
    const left = of.filter(({ segment }) => !drops.has(segment));
    let sum = left.reduce((total, { byteCount }) => total + byteCount, 0);
    for (const { segment, byteCount, live } of left) {
      if (sizeBytes === undefined || sum <= sizeBytes) return;
      if (live) continue;
      drops.set(segment, { segment, byteCount, why: 'size' });
      sum -= byteCount;
    }
  };
  for (const { name, sizeBytes } of policy.groups) {
    dropBySize(
      oldestFirst.filter(({ group }) => group === name),
      sizeBytes,
    );
  }
  dropBySize(oldestFirst, policy.sizeBytes);
  return oldestFirst.map(({ segment }) => drops.get(segment)).filter((drop) => drop !== undefined);
}
