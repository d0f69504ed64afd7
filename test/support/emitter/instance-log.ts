/** Hears what a discovery tells: one text a call, one after the other. */
import type { Discovery, DiscoveryWatcher } from '../../../core/index.ts';
import { instanceName } from '../../../emitter/discovery/instance.ts';

export class InstanceLog implements DiscoveryWatcher {
  readonly #told: string[] = [];
  #wake = () => {};
  readonly stop: () => void;

  constructor(discovery: Discovery, name: string) {
    this.stop = discovery.watch(name, this);
  }

  /** All that was told and not asked for yet. */
  get pending(): readonly string[] {
    return this.#told;
  }

  changed(instances: Parameters<DiscoveryWatcher['changed']>[0]): void {
    this.#tell(
      instances.map((one) => `${instanceName(one)}${one.weight === 1 ? '' : ` weight=${one.weight}`}`).join(', '),
    );
  }

  trouble({ code }: Parameters<DiscoveryWatcher['trouble']>[0]): void {
    this.#tell(code);
  }

  /** `10.0.0.7:80, 10.0.0.8:80 weight=3` where the instances changed, a code where there was trouble. */
  async next(): Promise<string> {
    while (this.#told.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#told.shift() as string;
  }

  #tell(text: string): void {
    this.#told.push(text);
    this.#wake();
  }
}
