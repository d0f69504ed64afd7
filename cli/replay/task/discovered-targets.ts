/** Targets that are found: the pools of a task with what is known of their instances now. */
import type { BytecopyError, Clock } from '../../../core/index.ts';
import { type CheckedTargetSetOptions, instanceTarget, watchInstances } from '../../../emitter/index.ts';
import type { DiscoveredPool } from './task.ts';

export interface DiscoveredTargetsDeps {
  readonly clock: Clock;
  readonly onTrouble: (error: BytecopyError) => void;
}

type Found = CheckedTargetSetOptions['pools'][number]['targets'];

export class DiscoveredTargets {
  readonly #pools: readonly DiscoveredPool[];
  readonly #deps: DiscoveredTargetsDeps;
  readonly #found = new Map<string, Found>();
  #onChange: (() => void) | undefined;
  readonly #stops: (() => void)[] = [];

  constructor(pools: readonly DiscoveredPool[], deps: DiscoveredTargetsDeps) {
    this.#pools = pools;
    this.#deps = deps;
  }

  /** Resolves when each source was asked once, whatever it said. */
  async start(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => this.#watch(pool)));
  }

  /** @param onChange is called from now on, when instances changed. @returns ends that; idempotent */
  follow(onChange: () => void): () => void {
    this.#onChange = onChange;
    return () => {
      this.#onChange = undefined;
    };
  }

  /** Idempotent. */
  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** The same pools with what was found; a target that the task names itself keeps the weight it has there. */
  into(set: CheckedTargetSetOptions): CheckedTargetSetOptions {
    if (this.#found.size === 0) return set;
    const pools = set.pools.map((pool) => {
      const named = new Set(pool.targets.map(({ to }) => to));
      const found = (this.#found.get(pool.name) ?? []).filter(({ to }) => !named.has(to));
      return { ...pool, targets: [...pool.targets, ...found] };
    });
    return { ...set, pools };
  }

  #watch({ pool, from }: DiscoveredPool): Promise<void> {
    const { clock, onTrouble } = this.#deps;
    return new Promise((resolve) => {
      const stop = watchInstances(
        from,
        {
          changed: (instances) => {
            this.#found.set(
              pool,
              instances.map((instance) => instanceTarget(instance, from.scheme)),
            );
            this.#onChange?.();
            resolve();
          },
          trouble: (error) => {
            onTrouble(error);
            resolve();
          },
        },
        { clock },
      );
      this.#stops.push(stop);
    });
  }
}
