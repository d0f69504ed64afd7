/** Care of a store, run to its end. */
import type {
  Damage,
  RepairProgress,
  RepairRequest,
  StoreCare,
  VerifyProgress,
  VerifyRequest,
} from '../../../store/index.ts';
import { NOON_MICROS } from '../exchanges/index.ts';

export const REPAIR: RepairRequest = { now: NOON_MICROS };

/** The last thing that a repair told. */
export function repaired(care: StoreCare, request: Partial<RepairRequest> = {}): Promise<RepairProgress> {
  return lastOf(care.repair({ ...REPAIR, ...request }));
}

export async function verified(
  care: StoreCare,
  request: VerifyRequest = {},
): Promise<VerifyProgress['findings'] & { readonly damages: readonly Damage[] }> {
  const damages: Damage[] = [];
  const { findings } = await lastOf(care.verify(request, (damage) => damages.push(damage)));
  return { ...findings, damages };
}

export async function lastOf<T>(values: AsyncIterable<T>): Promise<T> {
  let last: T | undefined;
  for await (const value of values) last = value;
  if (last === undefined) throw new Error('nothing was told');
  return last;
}
