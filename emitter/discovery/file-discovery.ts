/** Instances from a file that is watched: YAML where its name ends so (or in `.json`), otherwise one a line. */
import { BytecopyError, type Discovery, type DiscoveryWatcher, type ServiceInstance } from '../../core/index.ts';
import { sameInstances, sortInstances } from './instance.ts';
import { instancesOfDocument, parseInstanceLines } from './instance-list.ts';
import { watchFile } from './watched-file.ts';

const DOCUMENT = /\.(ya?ml|json)$/i;

export class FileDiscovery implements Discovery {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** @param name which list of a YAML file that holds several; empty where it holds one */
  watch(name: string, watcher: DiscoveryWatcher): () => void {
    const path = this.#path;
    let told: readonly ServiceInstance[] | undefined;
    let stopped = false;
    let version = 0;
    const read = async (text: string) => {
      const mine = ++version;
      const found = await this.#parse(text, name);
      if (stopped || mine !== version) return;
      if (typeof found === 'string') {
        watcher.trouble(invalid(path, found));
        return;
      }
      const sorted = sortInstances(found);
      if (told !== undefined && sameInstances(sorted, told)) return;
      told = sorted;
      watcher.changed(sorted);
    };
    const file = watchFile(path, {
      text: (text) => void read(text),
      unreadable: (cause) => watcher.trouble(unreadable(path, cause)),
    });
    return () => {
      stopped = true;
      file.stop();
    };
  }

  async #parse(text: string, name: string): Promise<readonly ServiceInstance[] | string> {
    if (!DOCUMENT.test(this.#path)) return parseInstanceLines(text);
    // Costs a tenth of a second to load: only those who have such a file pay for it.
    const { parse } = await import('yaml');
    try {
      return instancesOfDocument(parse(text), name === '' ? undefined : name);
    } catch (cause) {
      return (cause as Error).message.split('\n', 1)[0] ?? 'not YAML';
    }
  }
}

function invalid(path: string, fault: string): BytecopyError {
  return new BytecopyError('DISCOVERY_FILE_INVALID', `instances of ${path}: ${fault}`, {
    hint: 'one instance a line, host:port weight=N, or a YAML list of them; what was read before stays',
    exitCode: 2,
  });
}

function unreadable(path: string, cause: NodeJS.ErrnoException): BytecopyError {
  const why = cause.code === 'ENOENT' ? 'there is no such file' : cause.message;
  return new BytecopyError('DISCOVERY_FAILED', `instances of ${path}: ${why}`, {
    hint: 'what was read before stays; the file is read when it is there',
    cause,
  });
}
