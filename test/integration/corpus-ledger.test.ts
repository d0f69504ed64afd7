/**
 * Real captures: the ledger by flow and by second adds up to the accounts, and every byte of every flow has one place in
 * what `explain` says.
 */
import { expect } from 'vitest';
import { systemClock } from '../../cli/clock.ts';
import { type ByteRange, mapBytes } from '../../cli/explain/byte-map.ts';
import { Matches } from '../../cli/explain/choice.ts';
import type { FlowTrace } from '../../cli/explain/flow-trace.ts';
import { TraceRecorder } from '../../cli/explain/trace-recorder.ts';
import type { FlowSumsReport } from '../../cli/ledger/flow-sums.ts';
import { LedgerDetail, type LedgerDetailReport } from '../../cli/ledger/ledger-detail.ts';
import type { OutcomeReport } from '../../cli/ledger/outcome-counts.ts';
import { runPipeline } from '../../cli/pipeline/pipeline.ts';
import type { PipelineWitness } from '../../cli/pipeline/pipeline-witness.ts';
import { openCaptureSource } from '../../collector/index.ts';
import { type AccountReport, Ledger, type LedgerReport } from '../../core/index.ts';
import { readCorpusIndex } from '../support/corpus/index-file.ts';
import { testWith } from '../support/requirements.ts';

const WHOLE_CAPTURE = {
  flow: undefined,
  where: undefined,
  text: undefined,
  since: 0,
  until: Number.POSITIVE_INFINITY,
};

async function watch(path: string, witness: PipelineWitness): Promise<LedgerReport> {
  const ledger = new Ledger();
  const source = openCaptureSource({ kind: 'file', path });
  const options = { parser: {}, serverPorts: [], tickMs: 200 };
  // What a file breaks off with is tested elsewhere; what came before it counts here.
  await runPipeline(source, options, { clock: systemClock, ledger, sinks: [], witness }).catch(() => {});
  return ledger.report();
}

testWith(['corpus'], 'the sums over flows and over seconds are the accounts, file by file', async () => {
  let files = 0;
  let flows = 0;
  for (const { path, file } of readCorpusIndex().filter((row) => /\.pcap/.test(row.file))) {
    const detail = new LedgerDetail();
    const ledger = await watch(path, detail);
    const report = detail.report();
    expect({ file, ...sumsOf(report) }).toEqual({ file, ...accountsOf(ledger) });
    expect({ file, notBalanced: report.flows.filter((flow) => !flow.balanced) }).toEqual({ file, notBalanced: [] });
    files++;
    flows += report.flows.length;
  }
  expect(files).toBeGreaterThan(200);
  expect(flows).toBeGreaterThan(300);
});

testWith(
  ['corpus'],
  'every packet is explained once, and every byte of every flow has one place, file by file',
  async () => {
    let ranges = 0;
    for (const { path, file } of readCorpusIndex().filter((row) => /\.pcap/.test(row.file))) {
      const recorder = new TraceRecorder(new Matches(WHOLE_CAPTURE), { keepLoose: true });
      const ledger = await watch(path, recorder);
      const numbers = [...recorder.flows().flatMap(({ packets }) => packets), ...recorder.loosePackets()].map(
        ({ number }) => number,
      );
      expect({ file, numbers: numbers.sort((one, other) => one - other) }).toEqual({
        file,
        numbers: Array.from({ length: ledger.accounts.packets?.in ?? 0 }, (_, index) => index + 1),
      });
      for (const trace of recorder.flows()) {
        for (const direction of [0, 1] as const) {
          const map = mapBytes(trace, direction);
          expect({ file, flow: trace.flow.id, direction, ...tiling(map) }).toEqual({
            file,
            flow: trace.flow.id,
            direction,
            holes: [],
            bytes: bytesOf(trace, direction),
          });
          ranges += map.length;
        }
      }
    }
    expect(ranges).toBeGreaterThan(4_000);
  },
);

function bytesOf({ report }: FlowTrace, direction: 0 | 1): number {
  return (direction === 0 ? report.clientToServer : report.serverToClient).bytes;
}

function tiling(map: readonly ByteRange[]) {
  const holes: string[] = [];
  let at = 0;
  for (const { offset, byteCount, became } of map) {
    if (offset !== at) holes.push(`${at} to ${offset} before ${became}`);
    at = offset + byteCount;
  }
  return { holes, bytes: at };
}

function accountsOf({ accounts, facts }: LedgerReport) {
  const stream = accounts['stream bytes'] as AccountReport;
  return {
    packets: accounts.packets?.in ?? 0,
    packetsByFate: accounts.packets?.in ?? 0,
    streamBytes: stream.in,
    streamBytesOfSeconds: stream.in,
    inMessages: stream.out['in messages'],
    gap: stream.aside.gap ?? {},
    gapBytesOfSeconds: total(stream.aside.gap ?? {}),
    discarded: stream.aside.discarded ?? {},
    exchanges: exchangeFacts(facts),
    exchangesOfSeconds: exchangeFacts(facts),
  };
}

function exchangeFacts(facts: LedgerReport['facts']) {
  return {
    paired: facts['exchanges:paired'] ?? 0,
    broken: facts['exchanges:broken'] ?? 0,
    oneway: facts['exchanges:oneway'] ?? 0,
    requestOnly: facts['exchanges:request-only'] ?? 0,
    responseOnly: facts['exchanges:response-only'] ?? 0,
    session: facts['exchanges:session'] ?? 0,
  };
}

function sumsOf({ flows, otherFlows, seconds }: LedgerDetailReport) {
  const directions = [...flows, otherFlows].flatMap((flow: FlowSumsReport) => [
    flow.clientToServer,
    flow.serverToClient,
  ]);
  return {
    packets: seconds.reduce((sum, row) => sum + row.packets, 0),
    packetsByFate: seconds.reduce((sum, row) => sum + row.decoded + row.fragments + total(row.ignored), 0),
    streamBytes: directions.reduce((sum, { bytes }) => sum + bytes, 0),
    streamBytesOfSeconds: seconds.reduce((sum, row) => sum + row.streamBytes, 0),
    inMessages: directions.reduce((sum, { inMessages }) => sum + inMessages, 0),
    gap: addRecords(directions.map(({ gap }) => gap)),
    gapBytesOfSeconds: seconds.reduce((sum, row) => sum + row.gapBytes, 0),
    discarded: addRecords(directions.map(({ discarded }) => discarded)),
    exchanges: addOutcomes([...flows, otherFlows].map(({ exchanges }) => exchanges)),
    exchangesOfSeconds: addOutcomes(seconds.map(({ exchanges }) => exchanges)),
  };
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function addOutcomes(counts: readonly OutcomeReport[]) {
  const { complete: _, ...sum } = {
    ...exchangeFacts({}),
    ...addRecords(counts.map((one) => ({ ...one }))),
  } as OutcomeReport;
  return sum;
}

function addRecords(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const record of records) {
    for (const [name, count] of Object.entries(record)) sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
}
