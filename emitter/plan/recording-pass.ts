/** How a pass over the recording is read for the plan that is asked for: as it comes, in order of time, or as an overlay. */
import { BytecopyError } from '../../core/index.ts';
import type { CheckedReplayOptions } from '../options.ts';
import { overlay, sliceRanges } from './overlay.ts';
import type { Batch, OpenRecording, RecordingSpan } from './recording.ts';
import { inTimeOrder } from './time-order.ts';

/** Begins a pass. */
export type OpenPass = () => AsyncIterable<Batch>;

/**
 * @param span of the recording; an overlay needs it
 * @throws BytecopyError `REPLAY_OPTIONS_INVALID` (exit code 2) for an overlay without span, or of too many slices
 */
export function openPass(
  options: Pick<CheckedReplayOptions, 'timing' | 'times' | 'by'>,
  open: OpenRecording,
  span: RecordingSpan | undefined,
): OpenPass {
  if (options.by === 'overlay' && options.times !== 1) {
    if (span === undefined) {
      throw new BytecopyError(
        'REPLAY_OPTIONS_INVALID',
        'by: an overlay needs to know when the recording begins and ends',
        {
          hint: 'replay from a store, or multiply by speed or copies',
          exitCode: 2,
        },
      );
    }
    const ranges = sliceRanges(span, options.times);
    return () => overlay(open, ranges);
  }
  return options.timing.kind === 'recorded' ? () => batches(inTimeOrder(open())) : () => batches(open());
}

async function* batches(pages: AsyncIterable<Batch['exchanges']>): AsyncGenerator<Batch> {
  for await (const exchanges of pages) yield { exchanges, overlay: undefined };
}
