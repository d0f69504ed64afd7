/** How captures are read, wherever that is done: `--sessions`, `--overlap`, `--checksums`. */
import { type Command, Option } from 'commander';
import { type AssemblerOptions, OVERLAP_POLICIES, type OverlapPolicy } from '../../collector/index.ts';
import { SESSION_CHOICES, type SessionChoice } from '../../parser/index.ts';
import type { Config } from '../config/config.ts';

export interface ReadingFlags {
  readonly sessions?: SessionChoice;
  readonly overlap?: OverlapPolicy;
  readonly checksums?: AssemblerOptions['checksums'];
}

export function addReadingOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--sessions <which>',
        'flows of other protocols to keep whole: plain (not encrypted), all or none (default: plain)',
      ).choices(SESSION_CHOICES),
    )
    .addOption(
      new Option(
        '--overlap <policy>',
        'which copy counts where segments that differ overlap, as the servers decide it (default: first)',
      ).choices(OVERLAP_POLICIES),
    )
    .addOption(
      new Option('--checksums <what>', 'verify sets packets with a wrong checksum aside (default: ignore)').choices([
        'ignore',
        'verify',
      ]),
    );
}

/** The config as the flags have it. */
export function withReading(config: Config, { sessions, overlap, checksums }: ReadingFlags): Config {
  return {
    ...config,
    ...(sessions === undefined ? {} : { sessions }),
    ...(overlap === undefined ? {} : { overlap }),
    ...(checksums === undefined ? {} : { checksums }),
  };
}
