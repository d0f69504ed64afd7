/** Options → the adapter that they name, watched. */
import type { Clock, DiscoveryWatcher } from '../../core/index.ts';
import { DnsDiscovery } from './dns-discovery.ts';
import { FileDiscovery } from './file-discovery.ts';
import type { DiscoveryOptions } from './options.ts';

/** @returns ends the watch; idempotent */
export function watchInstances(
  options: DiscoveryOptions,
  watcher: DiscoveryWatcher,
  deps: { readonly clock: Clock },
): () => void {
  switch (options.kind) {
    case 'dns':
    case 'srv': {
      const { name, refreshMs, servers } = options;
      const port = options.kind === 'dns' ? options.port : undefined;
      return new DnsDiscovery({ port, refreshMs, servers }, deps).watch(name, watcher);
    }
    case 'file':
      return new FileDiscovery(options.path).watch(options.service ?? '', watcher);
    default:
      return options satisfies never;
  }
}
