/** A dispatcher whose router knows one target: what most tests of due sends need. */
import type { Micros, Send, Sender, SendHandler } from '../../../core/index.ts';
import { Dispatcher, type DispatcherDeps } from '../../../emitter/dispatch/dispatcher.ts';
import { type LaneOptions, TargetLane } from '../../../emitter/dispatch/target-lane.ts';

export class OneLane {
  readonly #dispatcher: Dispatcher;
  readonly #lane: TargetLane;

  constructor(options: LaneOptions, deps: DispatcherDeps) {
    const dispatcher = new Dispatcher(deps);
    const lateness = deps.untimed === undefined ? options.lateness : ({ kind: 'at-once' } as const);
    const lane = new TargetLane('held:1', 'held:1', { ...options, lateness }, dispatcher);
    dispatcher.open({
      lanes: [lane],
      held: 0,
      choose: () => lane,
      began: () => {},
      ended: () => {},
      drain: () => [],
    });
    this.#dispatcher = dispatcher;
    this.#lane = lane;
  }

  /** For the sender. */
  get handler(): SendHandler {
    return this.#lane;
  }

  get waiting(): number {
    return this.#dispatcher.waiting;
  }

  open(sender: Sender): void {
    this.#lane.open(sender);
  }

  due(send: Send, now: Micros): void {
    this.#dispatcher.due(send, now);
  }

  pump(now: Micros): Micros | undefined {
    return this.#dispatcher.pump(now);
  }

  stop(): void {
    this.#dispatcher.stop();
  }
}
