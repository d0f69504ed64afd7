/**
 * Makes the index agree with the data layer, segment by segment, oldest first.
 *
 * What was done is noted as the property `repair/progress` behind each segment, so that a repair that was interrupted
 * goes on where it was: one of the same range, begun within a day before.
 */
import { BytecopyError, type Micros, parseSegment, type Segment } from '../../core/index.ts';
import type { ReportDamage } from '../read/damage.ts';
import type { CarePorts } from './care-ports.ts';
import { RateLimit } from './rate-limit.ts';
import { emptyRepairLedger, type RepairLedger } from './repair-ledger.ts';
import { type ComparisonPorts, SegmentComparison } from './segment-comparison.ts';
import { overlapsSegment, type TimeRange } from './time-range.ts';

export interface RepairRequest extends TimeRange {
  /** Tells what differs, and changes nothing. */
  readonly dryRun?: boolean;
  /** Blocks a second at most that are read. */
  readonly blocksPerSecond?: number;
  /** Wall clock, µs since the epoch. */
  readonly now: Micros;
}

export interface RepairProgress {
  /** Segments done and to be done. */
  readonly done: number;
  readonly segments: number;
  /** The one under way; empty at the end. */
  readonly segment: Segment;
  /** Of the whole repair, what went before an interruption included. */
  readonly ledger: Readonly<RepairLedger>;
  /** When the interrupted repair began that this one goes on with. */
  readonly resumedFrom?: Micros;
}

interface Note {
  readonly begunAt: Micros;
  readonly since?: Micros;
  readonly until?: Micros;
  /** Last segment done. */
  readonly behind: Segment;
  readonly ledger: RepairLedger;
}

const PROPERTY = 'repair/progress';
const MICROS_PER_DAY: Micros = 86_400_000_000;

/**
 * Yields several times a segment, and at the end; leaving it early is how it is interrupted.
 *
 * @throws BytecopyError of the layers, with what was done noted
 */
export async function* repairStore(
  request: RepairRequest,
  ports: CarePorts,
  report: ReportDamage,
): AsyncGenerator<RepairProgress> {
  const note = request.dryRun === true ? undefined : await readNote(request, ports);
  const ledger = { ...emptyRepairLedger(), ...note?.ledger };
  const begunAt = note?.begunAt ?? request.now;
  const rate = new RateLimit(request.blocksPerSecond, ports.pause);
  const reader = ports.readerFor(report);
  const stored = await chosenSegments(request, ports);
  const segments = stored.filter((segment) => note === undefined || segment > note.behind);
  const progress = (done: number, segment: Segment): RepairProgress => ({
    done: stored.length - segments.length + done,
    segments: stored.length,
    segment,
    ledger: { ...ledger },
    ...(note === undefined ? {} : { resumedFrom: note.begunAt }),
  });
  for (const [done, segment] of segments.entries()) {
    yield progress(done, segment);
    if (await isDropped(segment, ports)) {
      await dropFromIndex(segment, request, ports, ledger);
    } else {
      const compared = compare(segment, request, { ...ports, reader, rate, ledger, report });
      for await (const _ of compared) yield progress(done, segment);
    }
    if (request.dryRun !== true) {
      await ports.index.sync();
      await writeNote({ ...rangeOf(request), begunAt, behind: segment, ledger }, ports);
    }
  }
  if (request.dryRun !== true) await ports.data.writeProperty(PROPERTY, undefined);
  yield progress(segments.length, '');
}

/** A segment of the index that becomes unreadable on the way is made anew, and what was found of it found again. */
async function* compare(segment: Segment, request: RepairRequest, ports: ComparisonPorts): AsyncGenerator<void> {
  const { dryRun = false } = request;
  const { index, ledger } = ports;
  const before = { ...ledger };
  const comparison = () => new SegmentComparison(segment, { range: request, dryRun }, ports).run();
  try {
    yield* comparison();
    return;
  } catch (error) {
    if (!(error instanceof BytecopyError) || error.code !== 'STORE_CORRUPT_SEGMENT') throw error;
  }
  Object.assign(ledger, before);
  if (!dryRun) {
    ledger.rebuiltSegments++;
    await index.drop(segment);
  }
  yield* comparison();
}

async function chosenSegments(request: RepairRequest, ports: CarePorts): Promise<readonly Segment[]> {
  const stored = new Set([...(await ports.data.segments()), ...(await ports.index.segments())]);
  return [...stored]
    .filter((segment) => parseSegment(segment) !== undefined && overlapsSegment(request, segment, ports.segmentMicros))
    .sort();
}

async function isDropped(segment: Segment, ports: CarePorts): Promise<boolean> {
  return !(await ports.data.segments()).includes(segment);
}

async function dropFromIndex(
  segment: Segment,
  request: RepairRequest,
  ports: CarePorts,
  ledger: RepairLedger,
): Promise<void> {
  if (!(await ports.index.segments()).includes(segment)) return;
  ledger.droppedSegments++;
  if (request.dryRun !== true) await ports.index.drop(segment);
}

async function readNote(request: RepairRequest, ports: CarePorts): Promise<Note | undefined> {
  const bytes = await ports.data.readProperty(PROPERTY);
  if (bytes === undefined) return undefined;
  let note: Note;
  try {
    note = JSON.parse(Buffer.from(bytes).toString()) as Note;
  } catch {
    return undefined; // damaged: begun anew
  }
  const isSame = note.since === request.since && note.until === request.until;
  return isSame && request.now - note.begunAt < MICROS_PER_DAY ? note : undefined;
}

function writeNote(note: Note, ports: CarePorts): Promise<void> {
  return ports.data.writeProperty(PROPERTY, Buffer.from(JSON.stringify(note)));
}

function rangeOf({ since, until }: TimeRange): TimeRange {
  return { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
}
