/** `--mask-rules` and `--raw`: what must not be kept at all. */
import type { Command } from 'commander';

export interface MaskingFlags {
  readonly maskRules?: string;
  readonly raw?: boolean;
}

export function addMaskingOptions(command: Command): Command {
  return command
    .option('--mask-rules <file>', 'what is masked before anything is kept, instead of masking in the config file')
    .option('--raw', 'with masking: keep what cannot be read, and so not be masked');
}
