/**
 * What choosing a target costs a send, with what is counted as it begins and ends; 50 sends under way.
 *
 *     npx tsx test/bench/targets.ts [sends, millions]
 */
import { type TargetEntry, TargetSet, type TargetSetOptions, targetSetSchema } from '../../emitter/targets/index.ts';

const UNDER_WAY = 50;
const count = Number(process.argv[2] ?? 1) * 1_000_000;
const keys = Array.from({ length: 10_000 }, (_, at) => `session-${at * 7919}`);
const balances: NonNullable<TargetSetOptions['balance']>[] = [
  { by: 'weight' },
  { by: 'sticky', key: 'cookie:sid' },
  { by: 'hash', key: 'cookie:sid' },
];

for (const balance of balances) {
  for (const [pools, targets] of [
    [1, 10],
    [2, 5],
    [1, 100],
  ] as const) {
    const set = setOf(balance, pools, targets);
    run(set, 100_000);
    const before = process.cpuUsage();
    run(set, count);
    const { user, system } = process.cpuUsage(before);
    console.log(`${balance.by}, ${pools} × ${targets} targets: ${((user + system) / count).toFixed(2)} µs a send`);
  }
}

function setOf(balance: NonNullable<TargetSetOptions['balance']>, pools: number, targets: number): TargetSet<number> {
  const poolAt = (pool: number) => ({
    name: `pool-${pool}`,
    weight: pool + 1,
    targets: Array.from({ length: targets }, (_, at) => ({
      to: `tcp://127.0.0.${pool}:${8_000 + at}`,
      weight: 1 + (at % 3),
    })),
  });
  const options = { balance, pools: Array.from({ length: pools }, (_, pool) => poolAt(pool)) };
  return new TargetSet(targetSetSchema.parse(options), () => 0);
}

function run(set: TargetSet<number>, sends: number): void {
  const under: (TargetEntry<number> | undefined)[] = Array.from({ length: UNDER_WAY });
  for (let at = 0; at < sends; at++) {
    const oldest = under[at % UNDER_WAY];
    if (oldest !== undefined) set.ended(oldest, at);
    const entry = set.choose(keys[at % keys.length] ?? '', undefined, at);
    if (entry !== undefined) set.began(entry);
    under[at % UNDER_WAY] = entry;
  }
  for (const entry of under) if (entry !== undefined) set.ended(entry, sends);
}
