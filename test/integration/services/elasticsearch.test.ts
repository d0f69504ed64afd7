/** The index layer on a real Elasticsearch: the suite of every index layer, and what only a cluster can do to it. */
import { onTestFinished } from 'vitest';
import { ElasticsearchIndexLayer } from '../../../store/index.ts';
import { indexLayerConformance } from '../../conformance/index-layer.ts';
import { describeWith } from '../../support/requirements.ts';
import { startService } from '../../support/services/index.ts';

describeWith(['elasticsearch'], 'Elasticsearch', () => {
  const server = startService('elasticsearch');
  let opened = 0;

  /** An area of its own for each test, removed behind it. */
  const open = (): Promise<ElasticsearchIndexLayer> => {
    const layer = new ElasticsearchIndexLayer({
      nodes: [`http://${server.address}`],
      area: `test-${opened++}`,
      refreshMs: 100,
    });
    onTestFinished(async () => {
      for (const segment of await layer.segments()) await layer.drop(segment);
      await layer.close();
    });
    return Promise.resolve(layer);
  };

  indexLayerConformance('elasticsearch', open);
});
