import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { LevelIndexLayer } from '../../store/index.ts';
import { emptyFolder } from '../support/store/index.ts';
import { indexLayerConformance } from './index-layer.ts';

indexLayerConformance('level', async () => {
  const layer = new LevelIndexLayer({ path: join(await emptyFolder(), 'index') });
  onTestFinished(() => layer.close());
  return layer;
});
