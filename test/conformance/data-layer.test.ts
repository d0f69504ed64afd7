import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { LevelDataLayer } from '../../store/index.ts';
import { emptyFolder } from '../support/store/index.ts';
import { dataLayerConformance } from './data-layer.ts';

for (const maxOpenSegments of [16, 1]) {
  dataLayerConformance(`level, at most ${maxOpenSegments} segments open`, async () => {
    const layer = new LevelDataLayer({ path: join(await emptyFolder(), 'data'), maxOpenSegments });
    onTestFinished(() => layer.close());
    return layer;
  });
}
