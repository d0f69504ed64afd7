/** HAR 1.2, an entry at a time: a log of any length is written without being held. */
import type { HarEntry } from './har-entry.ts';

export class HarWriter {
  #entries = 0;

  start(application: string, version: string): string {
    const creator = JSON.stringify({ name: application, version });
    return `{"log":{"version":"1.2","creator":${creator},"entries":[`;
  }

  add(entry: HarEntry): string {
    return `${this.#entries++ === 0 ? '\n' : ',\n'}${JSON.stringify(entry)}`;
  }

  end(): string {
    return '\n]}}\n';
  }
}
