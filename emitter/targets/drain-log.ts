/** How long targets that take nothing new any more took to end what they had. */
import type { Micros } from '../../core/index.ts';

/** The newest are kept. */
const MAX_DRAINS = 1_000;

export interface DrainReport {
  readonly id: string;
  /** What began it: weight 0, or that the target was taken out. */
  readonly by: 'weight' | 'removal';
  /** Monotonic. */
  readonly startedAt: Micros;
  /** Sends under way at that time. */
  readonly inFlight: number;
  /** `resumed`: it got a weight again, before or after its last request had ended. */
  readonly state: 'draining' | 'drained' | 'resumed';
  /** From then until its last request ended; undefined until it has. */
  readonly drainedAfter: Micros | undefined;
}

interface Draining {
  readonly id: string;
  readonly inFlight: number;
}

export class DrainLog {
  readonly #drains: DrainReport[] = [];
  /** Place of each that is not over in all drains there ever were. */
  readonly #open = new Map<Draining, number>();
  #forgotten = 0;

  begin(entry: Draining, by: DrainReport['by'], now: Micros): void {
    const { id, inFlight } = entry;
    this.#open.set(entry, this.#forgotten + this.#drains.length);
    const isDrained = inFlight === 0;
    const state = isDrained ? 'drained' : 'draining';
    this.#drains.push({ id, by, startedAt: now, inFlight, state, drainedAfter: isDrained ? 0 : undefined });
    if (this.#drains.length <= MAX_DRAINS) return;
    this.#drains.shift();
    this.#forgotten++;
  }

  /** Its last request has ended. It may be told more than once, where requests that were bound to it still went. */
  drained(entry: Draining, now: Micros): void {
    this.#change(entry, ({ startedAt }) => ({ state: 'drained', drainedAfter: now - startedAt }));
  }

  /** It takes sends again. */
  resumed(entry: Draining): void {
    this.#change(entry, () => ({ state: 'resumed' }));
    this.#open.delete(entry);
  }

  /** It is no more. */
  closed(entry: Draining): void {
    this.#open.delete(entry);
  }

  has(entry: Draining): boolean {
    return this.#open.has(entry);
  }

  report(): readonly DrainReport[] {
    return [...this.#drains];
  }

  #change(entry: Draining, changes: (drain: DrainReport) => Partial<DrainReport>): void {
    const at = (this.#open.get(entry) ?? -1) - this.#forgotten;
    const drain = this.#drains[at];
    if (drain !== undefined) this.#drains[at] = { ...drain, ...changes(drain) };
  }
}
