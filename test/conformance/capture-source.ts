/**
 * What every capture source owes (core/ports/capture-source.ts), as tests.
 *
 * A subject opens sources and makes the traffic that they are to see; the suite knows it only by its marks, texts
 * that stand in the payload of exactly one packet each.
 */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { CaptureSource, Packet } from '../../core/index.ts';

export interface CaptureSubject {
  /** A source that has not begun. */
  readonly source: CaptureSource;
  /** Makes traffic that carries these marks, in this order; called once the source has started. */
  traffic(marks: readonly string[]): Promise<void>;
  /** Ends what was started for the traffic; called when the source has ended. */
  release(): Promise<void>;
}

/** @param open a new subject; what it is to carry is known beforehand, for sources that read what already is there */
export function captureSourceSuite(open: (marks: readonly string[]) => Promise<CaptureSubject>): void {
  test('what is on the wire is handed over, in order, once, in batches that are not empty', async () => {
    const marks = newMarks(20);
    await using(open, marks, async (source, traffic) => {
      const seen = await collectUntil(source, traffic, marks);
      expect(marksIn(seen.flat(), marks)).toEqual(marks);
      expect(seen.every((batch) => batch.length > 0)).toBe(true);
    });
  });

  test('the statistics count what was handed over, and know drops where they say so', async () => {
    const marks = newMarks(3);
    await using(open, marks, async (source, traffic) => {
      const seen = await collectUntil(source, traffic, marks);
      const statistics = source.statistics();
      expect(statistics.delivered).toBe(seen.flat().length);
      if (source.capabilities.dropCounts) expect(statistics.droppedByKernel).toBe(0);
    });
  });

  test('bytes of a packet stay as they were', async () => {
    const marks = newMarks(50);
    await using(open, marks, async (source, traffic) => {
      const copies: string[] = [];
      const packets: Packet[] = [];
      await collectUntil(source, traffic, marks, (batch) => {
        packets.push(...batch);
        copies.push(...batch.map(hex));
      });
      expect(packets.map(hex)).toEqual(copies);
    });
  });

  test('times are plausible and lengths fit', async () => {
    const marks = newMarks(5);
    await using(open, marks, async (source, traffic) => {
      const packets = (await collectUntil(source, traffic, marks)).flat();
      const from = Date.UTC(2000, 0) * 1000;
      const until = (Date.now() + 60_000) * 1000;
      for (const packet of packets) {
        expect(Number.isInteger(packet.at) && packet.at > from && packet.at < until).toBe(true);
        expect(packet.originalByteCount).toBeGreaterThanOrEqual(packet.end - packet.start);
      }
    });
  });

  test('a consumer that leaves ends the source', async () => {
    const marks = newMarks(5);
    await using(open, marks, async (source, traffic) => {
      const leaving = (async () => {
        for await (const batch of source.packets()) return batch.length;
        return 0;
      })();
      await source.started();
      await traffic();
      expect(await leaving).toBeGreaterThan(0);
      await source.stop();
    });
  });

  test('a source that is stopped from within the loop ends, and may be stopped again', async () => {
    const marks = newMarks(5);
    await using(open, marks, async (source, traffic) => {
      await collectUntil(source, traffic, marks, () => source.stop());
      await source.stop();
    });
  });

  test('a source that is stopped before it began hands nothing over', async () => {
    await using(open, newMarks(1), async (source) => {
      await source.stop();
      for await (const batch of source.packets()) expect(batch).toEqual([]);
    });
  });
}

async function using(
  open: (marks: readonly string[]) => Promise<CaptureSubject>,
  marks: readonly string[],
  body: (source: CaptureSource, traffic: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const subject = await open(marks);
  try {
    await body(subject.source, () => subject.traffic(marks));
  } finally {
    await subject.source.stop();
    await subject.release();
  }
}

/** Reads to the end, and stops the source when the last mark was seen. */
async function collectUntil(
  source: CaptureSource,
  traffic: () => Promise<void>,
  marks: readonly string[],
  onBatch: (batch: readonly Packet[]) => unknown = () => undefined,
): Promise<readonly (readonly Packet[])[]> {
  const batches: (readonly Packet[])[] = [];
  const reading = (async () => {
    for await (const batch of source.packets()) {
      batches.push(batch);
      await onBatch(batch);
      if (marksIn(batch, marks.slice(-1)).length > 0) void source.stop();
    }
  })();
  await source.started();
  await traffic();
  await reading;
  return batches;
}

function newMarks(count: number): readonly string[] {
  const run = randomUUID();
  return Array.from({ length: count }, (_, index) => `mark-${run}-${String(index).padStart(4, '0')}`);
}

/** The marks in the order of the packets that carry them. */
function marksIn(packets: readonly Packet[], marks: readonly string[]): readonly string[] {
  const texts = packets.map((packet) => Buffer.from(packet.data.subarray(packet.start, packet.end)).toString('latin1'));
  return texts.flatMap((text) => marks.filter((mark) => text.includes(mark)));
}

function hex(packet: Packet): string {
  return Buffer.from(packet.data.subarray(packet.start, packet.end)).toString('hex');
}
