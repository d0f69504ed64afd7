/** `--recording NAME`: a pinned recording of the store instead of the store itself. */
import type { Command } from 'commander';
import { checkPinName } from '../../store/index.ts';

export interface RecordingFlags {
  readonly recording?: string;
}

export function addRecordingOption(command: Command): Command {
  return command.option('--recording <name>', 'a pinned recording instead of the whole store', checkPinName);
}

/** Before the name of a recording. */
export const PIN_AREA = 'pin-';

/** What sets the store of a pinned recording apart; empty for the live store. */
export function areaOf(flags: RecordingFlags): string {
  return flags.recording === undefined ? '' : `${PIN_AREA}${flags.recording}`;
}
