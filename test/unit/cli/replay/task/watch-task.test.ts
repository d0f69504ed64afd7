import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TaskDifference } from '../../../../../cli/replay/task/diff-tasks.ts';
import { parseTask } from '../../../../../cli/replay/task/parse-task.ts';
import { watchTask } from '../../../../../cli/replay/task/watch-task.ts';
import type { BytecopyError } from '../../../../../core/index.ts';

const ONE = 'to: [http://a:1, http://b:1]\n';
const TWO = 'to: [http://a:1, http://b:1 weight=2]\n';
const THREE = 'to: [http://a:1, http://b:1 weight=3]\n';

let folder: string;
let path: string;
let stop: (() => void) | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bytecopy-task-'));
  path = join(folder, 'task.yaml');
  await writeFile(path, ONE);
});
afterEach(async () => {
  stop?.();
  stop = undefined;
  await rm(folder, { recursive: true });
});

/** What is told, one after the other: paths of what changed, or the code of an error. */
function watch(): () => Promise<readonly string[] | string> {
  const told: (readonly string[] | string)[] = [];
  let wake = () => {};
  const tell = (news: readonly string[] | string) => {
    told.push(news);
    wake();
  };
  let inEffect = parseTask(ONE, path);
  stop = watchTask(
    path,
    () => inEffect,
    (text) => parseTask(text, path),
    {
      changed: (_next, difference: TaskDifference) => {
        inEffect = difference.inEffect;
        tell([...difference.safe, ...difference.unsafe].map((change) => change.path));
      },
      faulty: ({ code }: BytecopyError) => tell(code),
    },
  );
  return async () => {
    while (told.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return told.shift() as readonly string[] | string;
  };
}

test('written in place', async () => {
  const next = watch();
  await writeFile(path, TWO);
  expect(await next()).toEqual(['to: http://b:1']);
});

test('replaced by another file, as editors do, and again', async () => {
  const next = watch();
  for (const text of [TWO, THREE]) {
    await writeFile(join(folder, 'new'), text);
    await rename(join(folder, 'new'), path);
    expect(await next()).toEqual(['to: http://b:1']);
  }
});

test('reached by a link to a folder that changes, as mounted configurations are', async () => {
  for (const [name, text] of [
    ['v1', ONE],
    ['v2', TWO],
  ] as const) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'task.yaml'), text);
  }
  await symlink('v1', join(folder, '..data'));
  await rm(path);
  await symlink(join('..data', 'task.yaml'), path);
  const next = watch();
  await symlink('v2', join(folder, '..new'));
  await rename(join(folder, '..new'), join(folder, '..data'));
  expect(await next()).toEqual(['to: http://b:1']);
});

test('a faulty version changes nothing and is told; the next good one counts', async () => {
  const next = watch();
  await writeFile(path, 'to: nowhere\n');
  expect(await next()).toBe('TASK_INVALID');
  await writeFile(path, TWO);
  expect(await next()).toEqual(['to: http://b:1']);
});

test('a file that is gone is told; when it is back it counts', async () => {
  const next = watch();
  await rm(path);
  expect(await next()).toBe('TASK_UNREADABLE');
  await writeFile(path, TWO);
  expect(await next()).toEqual(['to: http://b:1']);
});

test('SIGHUP reads at once, and afterwards is what it was', async () => {
  const before = process.listeners('SIGHUP');
  const next = watch();
  const [hear] = process.listeners('SIGHUP').slice(-1);
  await writeFile(path, TWO);
  hear?.('SIGHUP');
  expect(await next()).toEqual(['to: http://b:1']);
  stop?.();
  expect(process.listeners('SIGHUP')).toEqual(before);
});
