/**
 * Real servers for tests: Elasticsearch, Cassandra, HBase, from package registries, without containers.
 *
 *     describeWith(['elasticsearch'], 'the index on Elasticsearch', () => {
 *       const server = startService('elasticsearch');
 *       test('answers', () => fetch(`http://${server.address}/_cluster/health`));
 *     });
 *
 * Each takes a gigabyte or so, therefore such tests lie in test/integration/services/, which vitest runs one file at a
 * time, after everything else.
 */
import { afterAll, beforeAll } from 'vitest';
import type { ServiceName } from './install-service.ts';
import { Service } from './service.ts';

export { Service };

/** Includes the wait for a first download by another process. */
const START_TIMEOUT_MS = 300_000;
const STOP_TIMEOUT_MS = 60_000;

/** One server for the tests of this file or group: started before the first of them, removed behind the last. */
export function startService(name: ServiceName): Service {
  return startServices(name)[0] as Service;
}

/** Several at once, which takes little longer than the slowest of them. */
export function startServices(...names: readonly ServiceName[]): readonly Service[] {
  const services = names.map((name) => new Service(name));
  beforeAll(() => Promise.all(services.map((service) => service.start())).then(() => {}), START_TIMEOUT_MS);
  afterAll(() => Promise.all(services.map((service) => service.remove())).then(() => {}), STOP_TIMEOUT_MS);
  return services;
}
