/** A replay or mirror as its user sees it while it runs. */
import type { ReplayProgress } from '../../emitter/index.ts';
import {
  advanceReplayView,
  type PlannedLength,
  type ReplayInterval,
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
  /** The timeline's last finished interval; undefined before there is one. */
  lastInterval?(): ReplayInterval | undefined;
}

/** Shows it on the stream until `end` is called. */
export function watchReplay(stream: NodeJS.WriteStream, replay: WatchedReplay): Promise<LiveView> {
  let view = startReplayView(replay.title, replay.planned);
  let last: ReplayProgress;
  return liveView(stream, {
    advance() {
      last = replay.progress();
      view = advanceReplayView(view, last, replay.lastInterval?.());
    },
    block: (width) => renderReplayView(view, width),
    line: () => renderReplayProgress(last),
  });
}
