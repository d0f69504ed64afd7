/**
 * Times of pcapng: a 64-bit count of ticks, whose length the interface's `if_tsresol` option tells.
 *
 *     bit 7    bits 0–6
 *     0        n: a tick is 10^-n s (6 where the option is absent)
 *     1        n: a tick is 2^-n s
 *
 * Source: draft-ietf-opsawg-pcapng, section 4.2. A count of nanoseconds does not fit the 53 bits of a number, so it is
 * divided in two steps; lengths that nobody writes go through BigInt.
 */
import type { Micros } from '../../core/index.ts';

/** The length of a tick as ticks a second. */
export interface TickLength {
  readonly kind: 'micros' | 'nanos' | 'other';
  readonly ticksPerSecond: bigint;
}

export const MICROS_PER_TICK_BY_DEFAULT: TickLength = { kind: 'micros', ticksPerSecond: 1_000_000n };

export function toTickLength(resolution: number): TickLength {
  if (resolution === 6) return MICROS_PER_TICK_BY_DEFAULT;
  if (resolution === 9) return { kind: 'nanos', ticksPerSecond: 1_000_000_000n };
  const base = resolution & 0x80 ? 2n : 10n;
  return { kind: 'other', ticksPerSecond: base ** BigInt(resolution & 0x7f) };
}

const MAX_MICROS: Micros = Number.MAX_SAFE_INTEGER;

/** µs since the epoch, rounded down; a broken file's time beyond what `Micros` holds is the last one that it does. */
export function ticksToMicros(tick: TickLength, high: number, low: number): Micros {
  const micros = convert(tick, high, low);
  return micros > MAX_MICROS ? MAX_MICROS : micros;
}

function convert(tick: TickLength, high: number, low: number): number {
  switch (tick.kind) {
    case 'micros':
      return high * 0x1_0000_0000 + low;
    case 'nanos': {
      const remainder = high % 1000;
      return ((high - remainder) / 1000) * 0x1_0000_0000 + Math.floor((remainder * 0x1_0000_0000 + low) / 1000);
    }
    case 'other':
      return Number((((BigInt(high) << 32n) | BigInt(low)) * 1_000_000n) / tick.ticksPerSecond);
    default:
      return tick.kind satisfies never;
  }
}
