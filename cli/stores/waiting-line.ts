/** A cluster that does not answer is tried for a while: who waits is told for what. */
import type { Millis } from '../../core/index.ts';
import type { Context } from '../context.ts';
import type { StorePlace } from './place.ts';

const SILENT_MS: Millis = 2_000;

/** Says once what is waited for where the work takes longer than two seconds. @param whom undefined says nothing */
export async function sayingWhom<T>(
  whom: string | undefined,
  { stderr }: Pick<Context, 'stderr'>,
  work: () => Promise<T>,
): Promise<T> {
  if (whom === undefined) return await work();
  const timer = setTimeout(() => void stderr.write(`waiting for ${whom}\n`), SILENT_MS);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}

/** @returns `Cassandra at 10.0.0.5:9042`; undefined where the data is in a folder */
export function dataClusterOf({ data }: Pick<StorePlace, 'data'>): string | undefined {
  switch (data?.kind) {
    case undefined:
    case 'level':
      return undefined;
    case 'cassandra':
      return `Cassandra at ${data.contactPoints.join(', ')}`;
    case 'hbase':
      return `HBase at ${data.gateways.map(hostOf).join(', ')}`;
    default:
      return data satisfies never;
  }
}

/** The same of the index. */
export function indexClusterOf({ index }: Pick<StorePlace, 'index'>): string | undefined {
  return index?.kind === 'elasticsearch' ? `Elasticsearch at ${index.nodes.map(hostOf).join(', ')}` : undefined;
}

/** Without what may be a password. */
function hostOf(url: string): string {
  return new URL(url).host;
}
