/**
 * Instances as looks find them: what is new or weighs otherwise counts at once, what is missing only when the next look
 * misses it too. An answer that was cut short so takes no target out.
 *
 *     look    1      2      3      4
 *     found   a b    a      a      a
 *     told    a b    a b    a      a
 */
import type { ServiceInstance } from '../../core/index.ts';
import { instanceName, sameInstances, sortInstances } from './instance.ts';

export class SecondLook {
  #told: readonly ServiceInstance[] | undefined;
  /** Names that the look before missed. */
  #missed = new Set<string>();

  /** @returns the instances, sorted, where they changed */
  look(found: readonly ServiceInstance[]): readonly ServiceInstance[] | undefined {
    const names = new Set(found.map(instanceName));
    const missing = (this.#told ?? []).filter((instance) => !names.has(instanceName(instance)));
    const kept = missing.filter((instance) => !this.#missed.has(instanceName(instance)));
    this.#missed = new Set(kept.map(instanceName));
    const now = sortInstances([...found, ...kept]);
    if (this.#told !== undefined && sameInstances(now, this.#told)) return undefined;
    this.#told = now;
    return now;
  }
}
