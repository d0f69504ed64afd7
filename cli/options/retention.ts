/** `--keep 24h --size 10GiB`, and `retention:` in the config file: what a store keeps. */
import type { Command } from 'commander';
import type { Millis } from '../../core/index.ts';
import { DEFAULT_RETENTION, type RetentionPolicy } from '../../store/index.ts';
import type { Config } from '../config/config.ts';
import { formatByteCount } from '../render/amount.ts';
import { FOREVER, type Keep, parseKeep, parseSize, type Size, UNLIMITED } from './retention-values.ts';

/** Longer than anything is kept: what `forever` is in a group, which would follow the general rule otherwise. */
const EVER_MS: Millis = Number.MAX_SAFE_INTEGER;

export interface RetentionFlags {
  readonly keep?: Keep;
  readonly size?: Size;
}

export function addRetentionOptions(command: Command): Command {
  return command
    .option('--keep <time>', 'drop what is older: 24h, 7d, forever (default: 24h)', parseKeep)
    .option('--size <bytes>', 'drop the oldest beyond this: 10GiB, unlimited (default: 10GiB)', parseSize);
}

/** Flags win over the config file, and that over what is kept where nothing is said. */
export function retentionOf(flags: RetentionFlags, config: Pick<Config, 'retention'>): RetentionPolicy {
  const keep = flags.keep ?? config.retention?.keep ?? DEFAULT_RETENTION.keepMs;
  const size = flags.size ?? config.retention?.size ?? DEFAULT_RETENTION.sizeBytes;
  return {
    keepMs: keep === FOREVER ? undefined : keep,
    sizeBytes: size === UNLIMITED ? undefined : size,
    groups: (config.retention?.groups ?? []).map(({ name, services, keep: keepMs, size: sizeBytes }) => ({
      name,
      services,
      ...(keepMs === undefined ? {} : { keepMs: keepMs === FOREVER ? EVER_MS : keepMs }),
      ...(sizeBytes === undefined || sizeBytes === UNLIMITED ? {} : { sizeBytes }),
    })),
  };
}

/** `24 h and at most 10 GiB`. */
export function describeRetention({ keepMs, sizeBytes, groups }: RetentionPolicy): string {
  const age = keepMs === undefined ? 'for ever' : formatHours(keepMs);
  const size = sizeBytes === undefined ? 'of any size' : `at most ${formatByteCount(sizeBytes)}`;
  const names = groups.map(({ name }) => name).join(', ');
  return `${age}, ${size}${names === '' ? '' : `; ${names} by rules of their own`}`;
}

function formatHours(millis: Millis): string {
  const hours = millis / 3_600_000;
  if (hours >= 48 && hours % 24 === 0) return `${hours / 24} d`;
  return hours >= 1 ? `${Number(hours.toFixed(1))} h` : `${Number((millis / 60_000).toFixed(1))} min`;
}
