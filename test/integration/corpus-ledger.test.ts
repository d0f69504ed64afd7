/**
 * Real captures: the ledger by flow and by second adds up to the accounts, and every byte of every flow has one place in
 * what `explain` says.
 */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { systemClock } from '../../cli/clock.ts';
import { type ByteRange, mapBytes } from '../../cli/explain/byte-map.ts';
import { Matches } from '../../cli/explain/choice.ts';
import type { FlowTrace } from '../../cli/explain/flow-trace.ts';
import { TraceRecorder } from '../../cli/explain/trace-recorder.ts';
import type { FlowSumsReport } from '../../cli/ledger/flow-sums.ts';
import { LedgerDetail, type LedgerDetailReport } from '../../cli/ledger/ledger-detail.ts';
import type { OutcomeReport } from '../../cli/ledger/outcome-counts.ts';
import type { ExchangeSink } from '../../cli/pipeline/exchange-sink.ts';
import { runPipeline } from '../../cli/pipeline/pipeline.ts';
import type { PipelineWitness } from '../../cli/pipeline/pipeline-witness.ts';
import { openCaptureSource } from '../../collector/index.ts';
import { type AccountReport, type CaptureSource, Ledger, type LedgerReport } from '../../core/index.ts';
import { CaptureReader } from '../../formats/index.ts';
import { readCorpusIndex } from '../support/corpus/index-file.ts';
import { seededRandom } from '../support/packets/index.ts';
import { testWith } from '../support/requirements.ts';
import { sourceOf } from '../unit/cli/explain/explained.ts';

const WHOLE_CAPTURE = {
  flow: undefined,
  where: undefined,
  text: undefined,
  since: 0,
  until: Number.POSITIVE_INFINITY,
};

const SEED = 20_261_121;
/** The file header, which is tested elsewhere and would end most files at once. */
const HEADER_BYTES = 24;

function captures() {
  return readCorpusIndex().filter((row) => /\.pcap/.test(row.file));
}

async function watch(source: CaptureSource, witness: PipelineWitness): Promise<LedgerReport> {
  const ledger = new Ledger();
  const options = { parser: {}, assembler: {}, tickMs: 200 };
  // What a file breaks off with is tested elsewhere; what came before it counts here.
  await runPipeline(source, options, { clock: systemClock, ledger, sinks: [], witness }).catch(() => {});
  return ledger.report();
}

/** Takes exchanges and does nothing with them. */
const NOBODY: ExchangeSink = { name: 'nobody', exchange: () => {}, finish: async () => {} };

async function ledgerOf(path: string, sinks: readonly ExchangeSink[]): Promise<LedgerReport> {
  const ledger = new Ledger();
  const source = openCaptureSource({ kind: 'file', path });
  const options = { parser: {}, assembler: {}, tickMs: 200 };
  await runPipeline(source, options, { clock: systemClock, ledger, sinks }).catch(() => {});
  return ledger.report();
}

testWith(['corpus'], 'the sums over flows and over seconds are the accounts, file by file', async () => {
  let files = 0;
  let flows = 0;
  for (const { path, file } of captures()) {
    const detail = new LedgerDetail();
    const ledger = await watch(openCaptureSource({ kind: 'file', path }), detail);
    flows += expectSums(file, detail, ledger);
    files++;
  }
  expect(files).toBeGreaterThan(200);
  expect(flows).toBeGreaterThan(300);
});

testWith(['corpus'], 'the ledger is the same where nobody takes the exchanges, and they are only counted', async () => {
  for (const { path, file } of captures()) {
    const [told, counted] = [await ledgerOf(path, [NOBODY]), await ledgerOf(path, [])];
    expect(counted, file).toEqual(told);
  }
});

testWith(
  ['corpus'],
  'every packet is explained once, and every byte of every flow has one place, file by file',
  async () => {
    let ranges = 0;
    for (const { path, file } of captures()) {
      const recorder = new TraceRecorder(new Matches(WHOLE_CAPTURE), { keepLoose: true });
      const ledger = await watch(openCaptureSource({ kind: 'file', path }), recorder);
      ranges += expectPlaces(file, recorder, ledger);
    }
    expect(ranges).toBeGreaterThan(4_000);
  },
);

testWith(['corpus'], 'so it is with packets lost and bytes flipped', lossy, 120_000);

async function lossy(): Promise<void> {
  const random = seededRandom(SEED);
  for (const { path, file } of captures().filter((row) => !row.file.endsWith('.gz'))) {
    const bytes = Buffer.from(readFileSync(path));
    for (let flips = bytes.length / 500; flips > 0; flips--) {
      bytes[HEADER_BYTES + Math.floor(random() * (bytes.length - HEADER_BYTES))] = Math.floor(random() * 256);
    }
    const packets = [...new CaptureReader(file).push(bytes)].filter(() => random() > 0.03);
    const name = `${file}, seed ${SEED}`;
    const detail = new LedgerDetail();
    expectSums(name, detail, await watch(sourceOf(packets), detail));
    const recorder = new TraceRecorder(new Matches(WHOLE_CAPTURE), { keepLoose: true });
    expectPlaces(name, recorder, await watch(sourceOf(packets), recorder));
  }
}

/** @returns how many flows there are */
function expectSums(file: string, detail: LedgerDetail, ledger: LedgerReport): number {
  const report = detail.report();
  expect({ file, ...sumsOf(report) }).toEqual({ file, ...accountsOf(ledger) });
  expect({ file, notBalanced: report.flows.filter((flow) => !flow.balanced) }).toEqual({ file, notBalanced: [] });
  return report.flows.length;
}

/** @returns how many runs of bytes there are */
function expectPlaces(file: string, recorder: TraceRecorder, ledger: LedgerReport): number {
  const flows = recorder.flows();
  const packets = [...flows.flatMap((flow) => flow.packets), ...recorder.loosePackets()];
  const numbers = packets.map(({ number }) => number).sort((one, other) => one - other);
  const all = Array.from({ length: ledger.accounts.packets?.in ?? 0 }, (_, index) => index + 1);
  expect({ file, numbers }).toEqual({ file, numbers: all });
  let ranges = 0;
  for (const trace of flows) {
    for (const direction of [0, 1] as const) {
      const map = mapBytes(trace, direction);
      const which = { file, flow: trace.flow.id, direction };
      expect({ ...which, ...tiling(map) }).toEqual({ ...which, holes: [], bytes: bytesOf(trace, direction) });
      ranges += map.length;
    }
  }
  return ranges;
}

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
