/**
 * The keys of one service within a range of whole slices: keys begin with slice and service, so they are a range of
 * their own in each slice.
 *
 *   slice 1: a a a | B B | c …   slice 2: a | B B B | c …         B is read, the rest stepped over
 */
import type { KeyRange } from '../../core/index.ts';
import { hashService, serviceStartKey } from '../block/block-key.ts';
import type { Slice } from '../block/time-slice.ts';

/** @param to first slice no longer taken */
export function* serviceRanges(range: KeyRange, service: string, from: Slice, to: Slice): Generator<KeyRange> {
  const hash = hashService(service);
  const descending = range.order === 'descending';
  for (let i = 0; i < to - from; i++) {
    const slice = descending ? to - 1 - i : from + i;
    yield { ...range, from: serviceStartKey(slice, hash), to: serviceStartKey(slice, hash + 1) };
  }
}
