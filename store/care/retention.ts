/**
 * Drops whole segments by a policy.
 *
 *   noted ─▶ data layer ─▶ key ─▶ index layer ─▶ noted as done
 *
 * The data goes first: what it does not hold is not served, so an index that is left over names nothing. A drop that
 * did not come to its end, whatever ended it, is ended by the next retention; `repair` drops what is left of the index
 * too. When a segment was first seen is the property `retention/seen/SEGMENT`.
 */
import { type ByteCount, type Micros, parseSegment, type Segment } from '../../core/index.ts';
import type { CarePorts } from './care-ports.ts';
import { DroppedNumbers } from './dropped-numbers.ts';
import {
  type PlannedDrop,
  planRetention,
  type RetentionPolicy,
  type StoredSegment,
  tooOldAt,
} from './retention-policy.ts';

export interface RetentionRequest {
  readonly policy: RetentionPolicy;
  /** Tells what would be dropped. */
  readonly dryRun?: boolean;
  /** Wall clock, µs since the epoch. */
  readonly now: Micros;
}

export interface RetentionReport {
  readonly dropped: readonly PlannedDrop[];
  /** Drops begun before that were ended. */
  readonly ended: readonly Segment[];
  readonly kept: { readonly segments: number; readonly byteCount: ByteCount };
  /** When the first of what is kept will be old enough; absent where all of it is kept for ever. */
  readonly nextAt?: Micros;
}

const SEEN = 'retention/seen/';
/** Behind the end of its time a segment still gets what was long under way. */
const LIVE_MICROS: Micros = 60_000_000;

export class Retention {
  readonly #ports: CarePorts;
  readonly #dropped: DroppedNumbers;
  /** As the properties say; read once. */
  #seen: Map<Segment, Micros> | undefined;

  constructor(ports: CarePorts) {
    this.#ports = ports;
    this.#dropped = new DroppedNumbers(ports.data);
  }

  /** @throws BytecopyError of the layers, with the rest left to the next time */
  async run({ policy, dryRun = false, now }: RetentionRequest): Promise<RetentionReport> {
    const ended = dryRun ? [] : await this.#endUnfinished();
    const counted = new Map(this.#ports.writer?.counted());
    const stored = await this.#survey(now, dryRun);
    const planned = planRetention(stored, policy, now);
    const dropped: PlannedDrop[] = [];
    for (const drop of planned) {
      if (dryRun || (await this.#dropUnchanged(drop.segment, counted))) dropped.push(drop);
    }
    const gone = new Set(dropped.map(({ segment }) => segment));
    const kept = stored.filter(({ segment }) => !gone.has(segment));
    const byteCount = kept.reduce((sum, each) => sum + each.byteCount, 0);
    let nextAt = Number.POSITIVE_INFINITY;
    for (const each of kept) nextAt = Math.min(nextAt, tooOldAt(each, policy) ?? nextAt);
    const next = Number.isSafeInteger(nextAt) ? { nextAt } : {};
    return { dropped, ended, kept: { segments: kept.length, byteCount }, ...next };
  }

  async #survey(now: Micros, dryRun: boolean): Promise<readonly StoredSegment[]> {
    const { data, index, segmentMicros, writer } = this.#ports;
    const seen = await this.#readSeen();
    const written = writer?.written() ?? new Set();
    const stored: StoredSegment[] = [];
    const segments = await data.segments();
    for (const segment of segments) {
      const parsed = parseSegment(segment);
      if (parsed === undefined) continue;
      let seenAt = seen.get(segment);
      if (seenAt === undefined) {
        seenAt = now;
        if (!dryRun) await this.#see(segment, now);
      }
      const endAt = parsed.startAt + segmentMicros;
      const byteCount = (await data.size(segment)) + (await index.size(segment));
      const live = endAt + LIVE_MICROS > now || written.has(segment);
      stored.push({ segment, group: parsed.group, endAt, seenAt, byteCount, live });
    }
    return stored;
  }

  async #endUnfinished(): Promise<readonly Segment[]> {
    const unfinished = await this.#dropped.unfinished();
    for (const segment of unfinished) await this.#drop(segment);
    return unfinished;
  }

  /** @returns false where it was written since it was counted: it stays until the next time */
  async #dropUnchanged(segment: Segment, counted: ReadonlyMap<Segment, { exchanges: number }>): Promise<boolean> {
    const { writer } = this.#ports;
    const isUnchanged = (): boolean =>
      writer === undefined ||
      (!writer.written().has(segment) && writer.counted().get(segment)?.exchanges === counted.get(segment)?.exchanges);
    await this.#dropped.begin(segment);
    // Nothing may come between the look and the drop: what is written behind it makes the segment again.
    if (isUnchanged()) {
      await this.#drop(segment);
      return true;
    }
    await this.#dropped.takeBack(segment);
    return false;
  }

  /** Of a segment that is noted as being dropped. */
  async #drop(segment: Segment): Promise<void> {
    const { data, index, shred, writer } = this.#ports;
    await data.drop(segment);
    await shred?.(segment);
    await index.drop(segment);
    await writer?.forget([segment]);
    await this.#dropped.end(segment);
    await data.writeProperty(`${SEEN}${segment}`, undefined);
    this.#seen?.delete(segment);
  }

  async #readSeen(): Promise<Map<Segment, Micros>> {
    if (this.#seen !== undefined) return this.#seen;
    const { data } = this.#ports;
    const seen = new Map<Segment, Micros>();
    for (const name of await data.properties(SEEN)) {
      const at = Number(Buffer.from((await data.readProperty(name)) ?? []).toString());
      if (at > 0) seen.set(name.slice(SEEN.length), at);
    }
    this.#seen = seen;
    return seen;
  }

  async #see(segment: Segment, now: Micros): Promise<void> {
    await this.#ports.data.writeProperty(`${SEEN}${segment}`, Buffer.from(String(now)));
    this.#seen?.set(segment, now);
  }
}
