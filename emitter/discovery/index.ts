/** Targets found by name: instances from the DNS and from files, watched. */
export { DnsDiscovery, type DnsDiscoveryOptions } from './dns-discovery.ts';
export { FileDiscovery } from './file-discovery.ts';
export { instanceName, instanceTarget, parseInstance } from './instance.ts';
export { type DiscoveryInput, type DiscoveryOptions, discoverySchema } from './options.ts';
export { watchInstances } from './watch-instances.ts';
export { type FileWatcher, type WatchedFile, watchFile } from './watched-file.ts';
