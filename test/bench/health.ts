/**
 * How often a target flaps under a check that fails at random, and what the outcome of a send costs its health.
 *
 *     npx tsx test/bench/health.ts [seeds]
 */
import { healthSchema, TargetHealth } from '../../emitter/health/index.ts';
import { seededRandom } from '../support/packets/seeded-random.ts';

const SECOND_MICROS = 1_000_000;
const TEN_MINUTES = 600;
const MOST_CHANGES = 3;
const SENDS = 5_000_000;

const seeds = Number(process.argv[2] ?? 10_000);
const options = healthSchema.parse({ check: { kind: 'tcp' } });

for (const share of [0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 0.9]) {
  const counts = Array.from({ length: seeds }, (_, seed) => changes(share, seed));
  const held = counts.filter((count) => count <= MOST_CHANGES).length;
  const most = counts.reduce((high, count) => Math.max(high, count), 0);
  console.log(
    `${share * 100} % of the checks bad: ${((100 * held) / seeds).toFixed(2)} % of ${seeds} seeds make at most ${MOST_CHANGES} changes in ten minutes, the worst ${most}`,
  );
}

function changes(share: number, seed: number): number {
  const random = seededRandom(seed + 1);
  const health = new TargetHealth(options, 0);
  for (let second = 1; second <= TEN_MINUTES; second++) {
    health.checked(random() >= share, second * SECOND_MICROS);
    health.tick(second * SECOND_MICROS);
  }
  return health.changeCount;
}

const health = new TargetHealth(options, 0);
const before = process.cpuUsage();
for (let send = 0; send < SENDS; send++) health.sent(send % 3 !== 0, send * 33, 500);
const { user, system } = process.cpuUsage(before);
console.log(`an outcome: ${(((user + system) * 1_000) / SENDS).toFixed(1)} ns of CPU`);
