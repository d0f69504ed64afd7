import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseTask } from '../../../../../cli/replay/task/parse-task.ts';
import { PROJECT_DIR } from '../../../../support/machine.ts';

test('the document of the README is one', async () => {
  const readme = await readFile(join(PROJECT_DIR, 'cli/replay/task/README.md'), 'utf8');
  const [, document = ''] = /```yaml\n(.*?)```/s.exec(readme) ?? [];
  const task = parseTask(document, 'README.md');
  expect(task.pools?.map(({ name }) => name)).toEqual(['blue', 'green']);
  expect(task.rules).toHaveLength(2);
});

test('the sources of the README of discovery are ones', async () => {
  const readme = await readFile(join(PROJECT_DIR, 'emitter/discovery/README.md'), 'utf8');
  const [, sources = ''] = /```yaml\n(.*?)```/s.exec(readme) ?? [];
  const lines = sources.trim().split('\n');
  expect(lines).toHaveLength(4);
  for (const [at, line] of lines.entries()) {
    const task = parseTask(`pools:\n  - name: p${at}\n    ${line}\n`, 'README.md');
    expect(task.discovered).toHaveLength(1);
  }
});
