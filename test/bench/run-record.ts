/**
 * What the record of a run costs a send: due, answered, all histograms, the timeline, 1,000 recorded operations.
 *
 *     npx tsx test/bench/run-record.ts [sends, millions]
 */
import { Ledger, type PreparedRequest, type Send } from '../../core/index.ts';
import { FREE_ORDER, newSend } from '../../emitter/plan/send.ts';
import { RunRecord } from '../../emitter/results/run-record.ts';
import { seededRandom } from '../support/packets/seeded-random.ts';

const SENDS_A_SECOND = 60_000;
const count = Number(process.argv[2] ?? 3) * 1_000_000;
const STATISTICS = {
  open: 50,
  peak: 50,
  opened: 50,
  failedToOpen: 0,
  closedByPeer: 0,
  closedIdle: 0,
  retried: 0,
  inFlight: 9,
};

const random = seededRandom(7);
const requests = Array.from({ length: 1_000 }, (_, id) => requestOf(`GET /items/${id}`));
/** About as services answer: most in 0.3 ms, some in tens. */
const services = Float64Array.from({ length: 65_536 }, () => 300 * Math.exp(-Math.log(1 - random()) * 0.8));

for (let round = 0; round < 3; round++) {
  const record = new RunRecord({
    target: 't:1',
    runId: 'r',
    plan: undefined,
    ledger: new Ledger(),
    onResult: undefined,
  });
  record.start(1, 1);
  const held: Send[] = [];
  const before = process.cpuUsage();
  for (let index = 0; index < count; index++) {
    const at = 1 + (index * 1_000_000) / SENDS_A_SECOND;
    const send = newSend(requests[index % requests.length] as PreparedRequest, 0, at, FREE_ORDER);
    record.tick(3, at);
    record.due(send);
    held.push(send);
    if (held.length < 64) continue;
    for (const one of held) answer(one, index);
    for (const one of held) record.answered(one);
    held.length = 0;
    if (index % 6_000 < 64) record.progress(at, STATISTICS, 0, 0);
  }
  const { user, system } = process.cpuUsage(before);
  const told = performance.now();
  const snapshot = record.snapshot(count * 20, STATISTICS);
  const snapshotMs = performance.now() - told;
  const intervals = snapshot.timeline.intervals;
  const buckets = intervals.reduce(
    (sum, { fromIntended, service, scheduleLag }) =>
      sum + fromIntended.buckets.length + service.buckets.length + scheduleLag.buckets.length,
    0,
  );
  console.log(
    `${(((user + system) * 1_000) / count).toFixed(0)} ns a send (making it included); snapshot ${snapshotMs.toFixed(1)} ms, ` +
      `${(buckets / intervals.length).toFixed(0)} buckets an interval`,
  );
}

function answer(send: Send, index: number): void {
  send.readyAt = send.dueAt;
  send.sentAt = send.dueAt + (services[(index * 7) & 65_535] as number) / 10;
  send.firstByteAt = send.sentAt + (services[index & 65_535] as number);
  send.lastByteAt = send.firstByteAt + 10;
  send.status = 200;
  send.answer = '200';
  send.responseByteCount = 1_000;
  send.attempts = 1;
}

function requestOf(operation: string): PreparedRequest {
  return {
    exchange: { at: 1, flow: 'f', offset: 0, index: 0 },
    protocol: 'http1',
    wire: 'http1',
    operation,
    verb: 'GET',
    parts: [],
    byteCount: 100,
    repeatable: true,
    expects: 'answer',
    sequence: undefined,
    turns: [],
    recordedAnswer: '200',
  };
}
