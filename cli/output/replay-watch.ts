/** A replay or mirror as its user sees it while it runs. */
import type { ReplayProgress } from '../../emitter/index.ts';
import {
  advanceReplayView,
  type PlannedLength,
  renderReplayProgress,
  renderReplayView,
  startReplayView,
} from '../render/index.ts';
import { type LiveView, liveView } from './live-view.ts';

export interface WatchedReplay {
  /** What the block is headed with; from the user, not escaped yet. */
  readonly title: string;
  readonly planned?: PlannedLength | undefined;
  progress(): ReplayProgress;
}

/** Shows it on the stream until `end` is called. */
export function watchReplay(stream: NodeJS.WriteStream, replay: WatchedReplay): Promise<LiveView> {
  let view = startReplayView(replay.title, replay.planned);
  let last: ReplayProgress;
  return liveView(stream, {
    advance() {
      last = replay.progress();
      view = advanceReplayView(view, last);
    },
    block: (width) => renderReplayView(view, width),
    line: () => renderReplayProgress(last),
  });
}
