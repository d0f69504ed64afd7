/** Layers of a store by choice. Adapters of clusters are loaded when they are chosen: the embedded ones start fast. */
import { join } from 'node:path';
import type { DataLayer, IndexLayer } from '../../core/index.ts';
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

export async function openDataLayer(choice: DataChoice, { folder, area }: LayerPlace): Promise<DataLayer> {
  switch (choice.kind) {
    case 'level':
      return new LevelDataLayer({ path: join(folder, 'data') });
    case 'cassandra': {
      const { CassandraDataLayer } = await import('../cassandra/cassandra-data-layer.ts');
      const { kind: _, ...options } = choice;
      return new CassandraDataLayer({ ...options, area });
    }
    case 'hbase': {
      const { HbaseDataLayer } = await import('../hbase/hbase-data-layer.ts');
      const { kind: _, ...options } = choice;
      return new HbaseDataLayer({ ...options, area });
    }
    default:
      return choice satisfies never;
  }
}

export async function openIndexLayer(choice: IndexChoice, { folder, area }: LayerPlace): Promise<IndexLayer> {
  switch (choice.kind) {
    case 'level':
      return new LevelIndexLayer({ path: join(folder, 'index') });
    case 'elasticsearch': {
      const { ElasticsearchIndexLayer } = await import('../elasticsearch/elasticsearch-index-layer.ts');
      const { kind: _, ...options } = choice;
      return new ElasticsearchIndexLayer({ ...options, area });
    }
    default:
      return choice satisfies never;
  }
}
