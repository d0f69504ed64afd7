/**
 * What is on the disk at moments while a store is written: copies of its folder, as a killed process leaves it.
 *
 * Both layers wait while a copy is made. The catalog is copied first: what it says was on the disk before, so that the
 * rest of the copy is never behind it.
 */
import { copyFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataLayer, IndexLayer } from '../../../core/index.ts';

export class Snapshots {
  readonly #path: string;
  #gate: Promise<void> = Promise.resolve();
  #isDue: () => string | undefined;

  /** @param isDue asked before and behind each write: the folder to copy to, undefined for none */
  constructor(path: string, isDue: () => string | undefined) {
    this.#path = path;
    this.#isDue = isDue;
  }

  /** No copy is made any more. */
  stop(): void {
    this.#isDue = () => undefined;
  }

  of<T extends DataLayer | IndexLayer>(layer: T): T {
    const pass = (): Promise<void> => this.#pass();
    return new Proxy(layer, {
      get(target, name) {
        const member = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        if (name !== 'put' && name !== 'sync') return member.bind(target);
        return async (...values: unknown[]) => {
          await pass();
          await member.apply(target, values);
          await pass();
        };
      },
    });
  }

  #pass(): Promise<void> {
    const to = this.#isDue();
    if (to !== undefined) this.#gate = this.#gate.then(() => this.#copy(to));
    return this.#gate;
  }

  async #copy(to: string): Promise<void> {
    await cp(join(this.#path, 'catalog.json'), join(to, 'catalog.json')).catch(() => {});
    const isCopied = (path: string): boolean => !/(?:catalog\.json|\.new|LOCK)$/.test(path);
    // LevelDB opens the other layer's folder meanwhile, and removes what it wrote for that.
    for (let left = 10; ; left--) {
      try {
        await cp(this.#path, to, { recursive: true, filter: isCopied });
        break;
      } catch (error) {
        if (left === 0 || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    await copyFile(join(this.#path, 'bytecopy.json'), join(to, 'bytecopy.json')).catch(() => {});
  }
}
