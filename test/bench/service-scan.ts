/**
 * Figures of reading one service over time: by its ranges of keys, by the index, and among all others.
 *
 *   npx tsx test/bench/service-scan.ts [EXCHANGES]        default 200,000, over ten minutes, of ten services
 *
 * Rates swing with the machine's neighbours: compare what stands in one run.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Exchange, parseQuery, type ScanReport, type Selection } from '../../core/index.ts';
import { openStore } from '../../store/index.ts';
import { storeTraffic } from './store-traffic.ts';

const EXCHANGES = Number(process.argv[2] ?? 200_000);
const ROUND = 20_000;
const SERVICES = 10;
const SPAN_MICROS = 600_000_000;
const ROUNDS = 3;

/** The same traffic stretched over the span, of as many services. */
function spread(exchange: Exchange, n: number): Exchange {
  const at = 1_795_255_200_000_000 + Math.floor((n / EXCHANGES) * SPAN_MICROS);
  return { ...exchange, service: `service-${n % SERVICES}`, id: { ...exchange.id, at } };
}

const path = await mkdtemp(join(tmpdir(), 'bytecopy-bench-service-'));
try {
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
  const { store } = await openStore({ path });
  for (let first = 0; first < EXCHANGES; first += ROUND) {
    const round = storeTraffic(Math.min(ROUND, EXCHANGES - first), first).map((each, n) => spread(each, first + n));
    for (let i = 0; i < round.length; i += 256) await store.append(round.slice(i, i + 256));
  }
  await store.flush();

  const questions: readonly (readonly [string, Selection])[] = [
    ['everything', {}],
    ['one service', { where: parseQuery('service:service-3') }],
    ['one service, whose body holds a text', { where: parseQuery('service:service-3 AND body:lamp') }],
    ['one service among others, by reading all', { where: parseQuery('service:service-3 OR path:/none*') }],
  ];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, selection] of questions) {
      let report: ScanReport | undefined;
      let found = 0;
      const start = performance.now();
      for await (const page of store.find(selection, (told) => (report = told))) found += page.length;
      const ms = performance.now() - start;
      const read = report?.exchanges ?? 0;
      console.log(
        `${name.padEnd(42)} ${Math.round(ms).toString().padStart(6)} ms  read ${read} (index ${report?.index}), found ${found}, ${Math.round((read / ms) * 1000).toLocaleString('en')} read/s`,
      );
    }
  }
  for (const where of ['', 'service:service-3', 'status:500 AND service:service-3']) {
    const start = performance.now();
    const { counts, exact } = await store.histogram({ where: parseQuery(where) }, 60_000_000);
    const sum = counts.reduce((all, { exchanges }) => all + exchanges, 0);
    console.log(
      `histogram of '${where}'`.padEnd(43) +
        `${(performance.now() - start).toFixed(1).padStart(6)} ms  ${sum} in ${counts.length} minutes${exact ? '' : ' at most'}`,
    );
  }
  await store.close();
} finally {
  await rm(path, { recursive: true, force: true });
}
