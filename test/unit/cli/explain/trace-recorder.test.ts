import { expect, test } from 'vitest';
import { type Choice, Matches } from '../../../../cli/explain/choice.ts';
import { TraceRecorder } from '../../../../cli/explain/trace-recorder.ts';
import { conversation } from '../../../support/packets/index.ts';
import { EVERYTHING, watch } from './explained.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Flow `n` of a test, with ten exchanges, in the minute `n`. */
const talk = (n: number) => {
  const conversing = conversation({
    client: `10.0.0.1:${1000 + n}`,
    clientIsn: n,
    startAt: 1_700_000_000_000_000 + n * 60_000_000,
  }).handshake();
  for (let request = 0; request < 10; request++) conversing.client(`GET /${request} HTTP/1.1\r\n\r\n`).server(OK);
  return conversing.close();
};

const packets = [0, 1, 2].flatMap((n) => talk(n).packets);
const recorderOf = (choice: Partial<Choice>, options: Partial<ConstructorParameters<typeof TraceRecorder>[1]>) =>
  new TraceRecorder(new Matches({ ...EVERYTHING, ...choice }), { keepLoose: false, ...options });

test('beyond the budget packets, exchanges and ranges are only counted, and the flow still adds up', async () => {
  const recorder = recorderOf({}, { budget: { packets: 30, exchanges: 12 } });
  await watch(packets, recorder);
  const [one, two, three] = recorder.flows();
  const counts = [one, two, three].map((flow) => [flow?.packets.length, flow?.exchanges.length, flow?.omitted]);
  const perFlow = packets.length / 3;
  expect(counts).toEqual([
    [30, 10, { packets: perFlow - 30, ranges: 0, exchanges: 0 }],
    [0, 2, { packets: perFlow, ranges: 0, exchanges: 8 }],
    [0, 0, { packets: perFlow, ranges: 0, exchanges: 10 }],
  ]);
  expect(three?.report).toMatchObject({ exchanges: { complete: 10 }, balanced: true });
});

test('beyond so many flows it says that there are more', async () => {
  const recorder = recorderOf({}, { maxFlows: 2 });
  await watch(packets, recorder);
  expect([recorder.flows().length, recorder.cut]).toEqual([2, true]);
});

test('flows before and behind the span of time take no room', async () => {
  const since = 1_700_000_060_000_000;
  const recorder = recorderOf({ since, until: since + 30_000_000 }, { maxFlows: 1 });
  await watch(packets.slice(packets.length / 3), recorder);
  expect(recorder.flows().map(({ report }) => report.client)).toEqual(['10.0.0.1:1001']);
  expect(recorder.cut).toBe(false);
});
