/** Layers of a store by choice. Adapters of clusters are loaded when they are chosen: the embedded ones start fast. */
import { join } from 'node:path';
import { BytecopyError, type DataLayer, type IndexLayer } from '../../core/index.ts';
import { LevelDataLayer } from '../level/level-data-layer.ts';
import { LevelIndexLayer } from '../level/level-index-layer.ts';
import type { DataChoice, IndexChoice } from './layer-choice.ts';

export interface Layers {
  readonly data: DataLayer;
  readonly index: IndexLayer;
}

export interface LayerPlace {
  /** Folder of what is embedded. */
  readonly folder: string;
  /** What keeps stores of one cluster apart; empty for the live store. */
  readonly area: string;
}

/**
 * Nothing is connected before the first call.
 *
 * @throws BytecopyError `STORE_OPTIONS_INVALID` (exit code 2) of the adapter's own options
 */
export async function openLayers(
  choice: { readonly data: DataChoice; readonly index: IndexChoice },
  place: LayerPlace,
): Promise<Layers> {
  return { data: await openDataLayer(choice.data, place), index: await openIndexLayer(choice.index, place) };
}

export async function openDataLayer(
  { kind, ...options }: DataChoice,
  { folder, area }: LayerPlace,
): Promise<DataLayer> {
  switch (kind) {
    case 'level':
      return new LevelDataLayer({ path: join(folder, 'data') });
    case 'cassandra': {
      const { CassandraDataLayer } = await loaded(kind, () => import('../cassandra/cassandra-data-layer.ts'));
      return new CassandraDataLayer({ ...options, area } as never);
    }
    case 'hbase': {
      const { HbaseDataLayer } = await loaded(kind, () => import('../hbase/hbase-data-layer.ts'));
      return new HbaseDataLayer({ ...options, area } as never);
    }
    default:
      return kind satisfies never;
  }
}

export async function openIndexLayer(
  { kind, ...options }: IndexChoice,
  { folder, area }: LayerPlace,
): Promise<IndexLayer> {
  switch (kind) {
    case 'level':
      return new LevelIndexLayer({ path: join(folder, 'index') });
    case 'elasticsearch': {
      const load = () => import('../elasticsearch/elasticsearch-index-layer.ts');
      const { ElasticsearchIndexLayer } = await loaded(kind, load);
      return new ElasticsearchIndexLayer({ ...options, area } as never);
    }
    default:
      return kind satisfies never;
  }
}

async function loaded<T>(kind: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new BytecopyError('STORE_OPTIONS_INVALID', `the client of ${kind} is not installed`, {
      cause,
      hint: 'install bytecopy with its dependencies',
      exitCode: 2,
    });
  }
}
