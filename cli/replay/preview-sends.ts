/** The first exchanges of a recording, and what would be sent of them where. */
import { type Exchange, formatExchangeId } from '../../core/index.ts';
import { type ReplayOptions, SendPreviewer } from '../../emitter/index.ts';
import type { SendPreview } from '../render/index.ts';

/**
 * @param options a word about writes included: without one they stay behind
 * @param count of exchanges, in the order of the recording
 */
export async function previewSends(
  pages: AsyncIterable<readonly Exchange[]>,
  options: ReplayOptions,
  count: number,
): Promise<readonly SendPreview[]> {
  const writes = options.writes === 'allow' ? 'allow' : 'skip';
  const previewer = new SendPreviewer({ ...options, writes });
  const previews: SendPreview[] = [];
  for await (const page of pages) {
    for (const exchange of page) {
      if (previews.length >= count) return previews;
      const { operation } = exchange;
      previews.push({ exchange: formatExchangeId(exchange.id), operation, ...previewer.preview(exchange) });
    }
  }
  return previews;
}
