/** What store/README.md shows of a config file is one. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseConfig } from '../../../cli/config/config-file.ts';

const README = new URL('../../../store/README.md', import.meta.url);

test('the config files shown are taken as they are', async () => {
  const shown = [...(await readFile(README, 'utf8')).matchAll(/^```yaml\n([\s\S]*?)^```$/gm)];
  expect(shown.length).toBeGreaterThan(0);
  for (const [, text = ''] of shown) expect(parseConfig(text, 'bytecopy.yaml')).toHaveProperty('store');
});
