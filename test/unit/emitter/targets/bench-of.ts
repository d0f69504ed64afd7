/**
 * Target pools as text, and what became of sends.
 *
 *     east 60: 1*3 2*2 3 | west 40 unit-7: 4 5 | spare standby: 6
 *
 * A pool's name, its weight, its unit, whether it stands by; then its targets by number, with their weights. Target n is
 * `127.0.0.n:80`, and n is its handle.
 */
import { TargetSet, type TargetSetOptions, targetSetSchema } from '../../../../emitter/targets/index.ts';

type Balance = NonNullable<TargetSetOptions['balance']>;

export const STICKY: Balance = { by: 'sticky', key: 'header:x-session' };
export const HASH = { by: 'hash', key: 'header:x-session' } as const;

export function benchOf(text: string, balance: Balance = { by: 'weight' }): TargetSet<number> {
  return new TargetSet(targetSetSchema.parse({ pools: text.split('|').map(poolOf), balance }), ({ target }) =>
    Number(target.hostname.split('.')[3]),
  );
}

/** Where target n is. */
export function placeOf(target: number): string {
  return `http://127.0.0.${target}:80`;
}

/** Chooses and sends one, which stays under way. @returns the target's number */
export function send(set: TargetSet<number>, key = '', unit?: string): number | undefined {
  const entry = set.choose(key, unit, 0);
  if (entry !== undefined) set.began(entry);
  return entry?.handle;
}

/** So many sends one after the other. @returns their targets in their order, 0 for none */
export function sends(set: TargetSet<number>, count: number, unit?: string): number[] {
  return Array.from({ length: count }, () => send(set, '', unit) ?? 0);
}

/** How often each is there, by number. */
export function counted(targets: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const target of targets) counts[target] = (counts[target] ?? 0) + 1;
  return counts;
}

/** Where each of the keys goes. */
export function places(set: TargetSet<number>, keys: readonly string[]): number[] {
  return keys.map((key) => set.choose(key, undefined, 0)?.handle ?? 0);
}

export function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `session-${at}`);
}

function poolOf(text: string) {
  const [head = '', targets = ''] = text.split(':');
  const [name, ...words] = head.trim().split(' ');
  const weight = words.find((word) => /^\d/.test(word));
  const unit = words.find((word) => word.startsWith('unit-'));
  return {
    name,
    ...(weight === undefined ? {} : { weight: Number(weight) }),
    ...(unit === undefined ? {} : { unit }),
    standby: words.includes('standby'),
    targets: targets.trim().split(' ').filter(Boolean).map(targetOf),
  };
}

function targetOf(text: string) {
  const [number, weight = '1'] = text.split('*');
  return { to: placeOf(Number(number)), weight: Number(weight) };
}
