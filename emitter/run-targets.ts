/** Every target that a run has found, by how it is written in its options, guarded from the moment it is found. */
import { type FoundTarget, findTarget, type TargetDeps } from './open-targets.ts';
import type { SendingOptions } from './options.ts';
import { parseTarget } from './target.ts';
import { TargetGuards } from './target-guards.ts';
import type { CheckedTargetSetOptions } from './targets/index.ts';

export class RunTargets {
  /** Undefined where targets may be what was recorded. */
  readonly guard: TargetGuards | undefined;
  readonly #options: SendingOptions;
  readonly #deps: TargetDeps;
  readonly #found = new Map<string, FoundTarget>();

  constructor(options: SendingOptions, deps: TargetDeps) {
    this.#options = options;
    this.#deps = deps;
    this.guard = options.allowTarget ? undefined : new TargetGuards();
  }

  /** In the order in which they were found. */
  get all(): readonly FoundTarget[] {
    return [...this.#found.values()];
  }

  /** @param to one that was found */
  get(to: string): FoundTarget {
    const found = this.#found.get(to);
    if (found === undefined) throw new Error(`${to} was not looked for`);
    return found;
  }

  /**
   * Finds those that are not found yet.
   * @throws BytecopyError as {@link findTarget} and `TargetGuards.add` do; none from there on is found then
   */
  async find({ pools }: CheckedTargetSetOptions): Promise<void> {
    for (const { targets } of pools) {
      for (const { to } of targets) {
        if (this.#found.has(to)) continue;
        const found = await findTarget(parseTarget(to), this.#options, this.#deps);
        this.guard?.add(found.guard);
        this.#found.set(to, found);
      }
    }
  }
}
