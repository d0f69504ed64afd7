/** What looks after a store: in the process that has its layers, or through the socket of its owner. */
import { type ByteCount, type Micros, parseSegment, type Segment } from '../../core/index.ts';
import { isOfIndex } from '../read/asked-index.ts';
import type { ReportDamage } from '../read/damage.ts';
import type { CarePorts } from './care-ports.ts';
import { type Pin, readPins, writePin } from './pin-notes.ts';
import { type RepairProgress, type RepairRequest, repairStore } from './repair.ts';
import { Retention, type RetentionReport, type RetentionRequest } from './retention.ts';
import { type VerifyProgress, type VerifyRequest, verifyStore } from './verify.ts';

export interface SegmentOverview {
  readonly segment: Segment;
  readonly group: string;
  readonly startAt: Micros;
  readonly endAt: Micros;
  /** As counted when they were written; undefined where this store keeps no count. */
  readonly exchanges: number | undefined;
  readonly dataBytes: ByteCount;
  /** Undefined, like the next, where the index does not answer. */
  readonly indexBytes: ByteCount | undefined;
  /** Whether the index has the segment, and how many blocks wait for it. */
  readonly indexed: boolean | undefined;
  readonly waitingBlocks: number | 'unknown';
}

export interface StoreOverview {
  readonly dataLayer: string;
  readonly indexLayer: string;
  /** Why the index does not answer; absent where it does. */
  readonly indexFailure?: string;
  readonly segmentMinutes: number;
  readonly segments: readonly SegmentOverview[];
  readonly pins: readonly Pin[];
}

export interface StoreCare {
  /** Leaving the iteration interrupts it; the same request goes on there later. */
  repair(request: RepairRequest, report?: ReportDamage): AsyncIterable<RepairProgress>;
  verify(request: VerifyRequest, report?: ReportDamage): AsyncIterable<VerifyProgress>;
  retain(request: RetentionRequest): Promise<RetentionReport>;
  overview(): Promise<StoreOverview>;
  pins(): Promise<readonly Pin[]>;
  /** @param pin undefined forgets it. @throws BytecopyError `PIN_NAME_INVALID` (exit code 2) */
  notePin(name: string, pin: Pin | undefined): Promise<void>;
}

const MICROS_PER_MINUTE: Micros = 60_000_000;
const UNHEARD: ReportDamage = () => {};

/** Over the layers themselves. */
export class LocalCare implements StoreCare {
  readonly #ports: CarePorts;
  readonly #retention: Retention;
  /** Retentions one after the other: two of a time would note over each other. */
  #retaining: Promise<unknown> = Promise.resolve();

  constructor(ports: CarePorts) {
    this.#ports = ports;
    this.#retention = new Retention(ports);
  }

  repair(request: RepairRequest, report: ReportDamage = UNHEARD): AsyncIterable<RepairProgress> {
    return repairStore(request, this.#ports, report);
  }

  verify(request: VerifyRequest, report: ReportDamage = UNHEARD): AsyncIterable<VerifyProgress> {
    return verifyStore(request, this.#ports, report);
  }

  retain(request: RetentionRequest): Promise<RetentionReport> {
    const retained = this.#retaining.then(() => this.#retention.run(request));
    this.#retaining = retained.catch(() => {});
    return retained;
  }

  async overview(): Promise<StoreOverview> {
    const { data, index, segmentMicros, writer } = this.#ports;
    const ofIndex = await this.#indexSizes();
    const sizes = typeof ofIndex === 'string' ? undefined : ofIndex;
    const segments: SegmentOverview[] = [];
    for (const segment of await data.segments()) {
      const parsed = parseSegment(segment);
      if (parsed === undefined) continue;
      const waiting = writer?.unindexed(segment) ?? [];
      segments.push({
        segment,
        group: parsed.group,
        startAt: parsed.startAt,
        endAt: parsed.startAt + segmentMicros,
        exchanges: writer?.counted().get(segment)?.exchanges,
        dataBytes: await data.size(segment),
        indexBytes: sizes === undefined ? undefined : (sizes.get(segment) ?? 0),
        indexed: sizes?.has(segment),
        waitingBlocks: waiting === 'unknown' ? 'unknown' : waiting.length,
      });
    }
    return {
      dataLayer: data.manifest.name,
      indexLayer: index.manifest.name,
      ...(typeof ofIndex === 'string' ? { indexFailure: ofIndex } : {}),
      segmentMinutes: segmentMicros / MICROS_PER_MINUTE,
      segments,
      pins: await this.pins(),
    };
  }

  /** @returns bytes of each segment that the index has, or why it does not answer */
  async #indexSizes(): Promise<ReadonlyMap<Segment, ByteCount> | string> {
    const { index } = this.#ports;
    const sizes = new Map<Segment, ByteCount>();
    try {
      for (const segment of await index.segments()) sizes.set(segment, await index.size(segment));
    } catch (error) {
      if (!isOfIndex(error)) throw error;
      return error.message;
    }
    return sizes;
  }

  pins(): Promise<readonly Pin[]> {
    return readPins(this.#ports.data);
  }

  notePin(name: string, pin: Pin | undefined): Promise<void> {
    return writePin(this.#ports.data, name, pin);
  }
}
