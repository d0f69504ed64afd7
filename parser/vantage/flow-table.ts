/**
 * The flows that are open, oldest first, by id. An id is the same wherever its flow is seen, so a few have more than one
 * view: those are chained, and told apart by their ends and network.
 */
import type { Flow, FlowId } from '../../core/index.ts';
import type { FlowParser } from '../flow-parser.ts';
import { isSameView } from './same-view.ts';

/** Views of one flow; more are not places but an attack. */
export const MAX_VIEWS = 4;

const NO_VIEWS: readonly FlowParser[] = Object.freeze([]);

export class FlowTable {
  readonly #first = new Map<FlowId, FlowParser>();
  size = 0;

  /** Costs one look-up and one comparison where a flow is seen at one place. */
  get(flow: Flow): FlowParser | undefined {
    const first = this.#first.get(flow.id);
    if (first === undefined || first.flow === flow) return first;
    for (let view: FlowParser | undefined = first; view !== undefined; view = view.nextView) {
      if (isSameView(view.flow, flow)) return view;
    }
    return undefined;
  }

  /** All views of the flow with that id, the one first opened first. */
  viewsOf(id: FlowId): readonly FlowParser[] {
    let view = this.#first.get(id);
    if (view === undefined) return NO_VIEWS;
    const views: FlowParser[] = [];
    for (; view !== undefined; view = view.nextView) views.push(view);
    return views;
  }

  add(parser: FlowParser): void {
    this.size++;
    const { id } = parser.flow;
    let last = this.#first.get(id);
    while (last?.nextView !== undefined) last = last.nextView;
    if (last === undefined) this.#first.set(id, parser);
    else last.nextView = parser;
  }

  /** @returns whether another view of the flow is left */
  delete(parser: FlowParser): boolean {
    const { id } = parser.flow;
    const first = this.#first.get(id);
    if (first === parser) {
      this.size--;
      if (parser.nextView === undefined) return !this.#first.delete(id);
      this.#first.set(id, parser.nextView);
      return true;
    }
    for (let view = first; view !== undefined; view = view.nextView) {
      if (view.nextView !== parser) continue;
      view.nextView = parser.nextView;
      this.size--;
      return true;
    }
    return first !== undefined;
  }

  get oldest(): FlowParser | undefined {
    for (const parser of this.#first.values()) return parser;
    return undefined;
  }

  /** Views may be deleted meanwhile. */
  *all(): Generator<FlowParser> {
    for (const first of this.#first.values()) {
      let view: FlowParser | undefined = first;
      while (view !== undefined) {
        const next: FlowParser | undefined = view.nextView;
        yield view;
        view = next;
      }
    }
  }
}
