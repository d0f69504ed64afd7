/**
 * How long a mirrored request is behind: service and target stamp arrivals in this process, with one clock, and the
 * mirror runs as the command that users run. Arrival at the service is a little after the last byte was on the wire, so
 * every request carries the time before its last byte was written, which is the time of that byte or earlier.
 *
 *     npx tsx test/bench/mirror.ts [requests]
 */
import { once } from 'node:events';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { startCli } from './cli-process.ts';
import { machineLine, median } from './whole-process.ts';

const REQUESTS = Number(process.argv[2] ?? 500);
const RATE_PER_SECOND = 100;
/** Longest wait for the mirror to have caught up. */
const PATIENCE_MS = 10_000;

interface Scenario {
  readonly name: string;
  readonly answerAfterMs: number;
  /** The connections exist, and carried a request, before the capture begins. */
  readonly midStream?: boolean;
  readonly requests: number;
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'answers at once', answerAfterMs: 0, requests: REQUESTS },
  { name: 'answers after 5 s', answerAfterMs: 5_000, requests: REQUESTS },
  { name: 'connections from before the capture', answerAfterMs: 0, midStream: true, requests: REQUESTS },
  { name: 'one request on a connection from before', answerAfterMs: 5_000, midStream: true, requests: 1 },
];

async function measure(scenario: Scenario): Promise<string> {
  const arrivedAt = new Map<string, number>();
  const service = await listen(
    createServer((_, response) => setTimeout(() => response.end('ok'), scenario.answerAfterMs)),
  );
  const target = await listen(
    createServer((incoming, response) => {
      arrivedAt.set(incoming.url ?? '', performance.now());
      response.end('ok');
    }),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: scenario.midStream === true ? 1 : 1_024 });
  const sentAt = new Map<string, number>();
  try {
    if (scenario.midStream === true) await get(agent, service.port, '/before');
    const flags = ['-i', 'lo', '-p', String(service.port), '--to', `http://127.0.0.1:${target.port}`, '--json'];
    const mirror = await startCli(['mirror', ...flags], 'capturing');
    const answers: Promise<unknown>[] = [];
    const startedAt = performance.now();
    for (let n = 0; n < scenario.requests; n++) {
      const wait = startedAt + (n * 1_000) / RATE_PER_SECOND - performance.now();
      if (wait > 0) await delay(wait);
      sentAt.set(`/n/${n}`, performance.now());
      answers.push(get(agent, service.port, `/n/${n}`));
    }
    for (let waited = 0; waited < PATIENCE_MS && arrivedAt.size < scenario.requests; waited += 50) await delay(50);
    await Promise.all(answers);
    const end = await mirror.interrupt();
    const ledger = JSON.parse(end.stdout) as { balanced: boolean };
    const delays = [...sentAt].flatMap(([path, at]) => {
      const arrived = arrivedAt.get(path);
      return arrived === undefined ? [] : [arrived - at];
    });
    delays.sort((one, other) => one - other);
    const at = (part: number) => delays[Math.min(delays.length - 1, Math.floor(delays.length * part))]?.toFixed(1);
    return [
      scenario.name.padEnd(42),
      `mirrored ${arrivedAt.size} of ${scenario.requests}`.padEnd(22),
      `behind by ${median(delays).toFixed(1)} ms (median), ${at(0.99)} (p99), ${at(1)} (worst)`,
      ledger.balanced ? '' : 'NOT BALANCED',
    ].join(' ');
  } finally {
    agent.destroy();
    for (const { server } of [service, target]) {
      server.closeAllConnections();
      server.close();
    }
  }
}

async function listen(server: Server): Promise<{ server: Server; port: number }> {
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

async function get(agent: Agent, port: number, path: string): Promise<void> {
  const sent = request({ host: '127.0.0.1', port, path, agent });
  const answered = once(sent, 'response');
  sent.end();
  const [response] = await answered;
  response.resume();
  await once(response, 'end');
}

console.log(`${machineLine()}; ${RATE_PER_SECOND} requests/s`);
for (const scenario of SCENARIOS) console.log(await measure(scenario));
