/** A store looked after by its user: init, info, repair, verify, retention, pinned recordings. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { jsonLines, run, start } from '../support/cli/bytecopy.ts';
import { PROJECT_DIR } from '../support/machine.ts';
import { describeWith, testWith } from '../support/requirements.ts';

const SAMPLE = join(PROJECT_DIR, 'cli/demo/sample.pcap.gz');

describeWith(['build'], 'a store', () => {
  let folder: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-care-'));
    env = { BYTECOPY_STORE: join(folder, 'store'), BYTECOPY_KEY_FILE: join(folder, 'keys') };
    expect(await run(['import', SAMPLE], { env })).toMatchObject({ code: 0 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await run([...args, '--json'], { env });
    return { code, stderr, document: jsonLines<Record<string, never>>(stdout)[0] };
  };

  testWith([], 'init makes one, info tells what it holds', async () => {
    const made = join(folder, 'other');
    expect(await run(['store', 'init', '--store', made])).toMatchObject({ code: 0 });
    expect(await readdir(made)).toContain('bytecopy.json');
    const { document } = await json('store', 'info');
    expect(document).toMatchObject({ exchanges: 60, segments: [{ exchanges: 60, indexed: true }], pins: [] });
  });

  testWith([], 'an index that was deleted is made again; a second pass finds nothing', async () => {
    const index = join(folder, 'store', 'index');
    await rm(index, { recursive: true });
    expect(await json('store', 'repair', '--dry-run')).toMatchObject({
      code: 3,
      document: { missing: 2, balanced: true },
    });
    expect(await json('store', 'repair')).toMatchObject({ code: 0, document: { missing: 2, finished: true } });
    expect(await json('store', 'repair')).toMatchObject({ code: 0, document: { missing: 0, equal: 2 } });
  });

  testWith([], 'repair --every goes on until it is interrupted', async () => {
    const repairing = start(['store', 'repair', '--every', '1h', '--json'], { env });
    await new Promise<void>((resolve) => repairing.process.stdout?.once('data', () => resolve()));
    const { code, stdout } = await repairing.interrupt();
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toMatchObject([{ equal: 2, finished: true }]);
  });

  testWith([], 'verify: exit code 0 for a sound store, 3 with the damage for another', async () => {
    expect(await json('store', 'verify')).toMatchObject({ code: 0, document: { sound: true, exchanges: 60 } });
    const data = join(folder, 'store', 'data');
    const segment = (await readdir(data)).find((name) => /^\d{8}T/.test(name)) as string;
    for (const name of await readdir(join(data, segment))) {
      const file = join(data, segment, name);
      const bytes = await readFile(file);
      const at = bytes.indexOf('BCBK');
      if (at < 0) continue;
      bytes[at + 60] = (bytes[at + 60] ?? 0) ^ 0xff;
      await writeFile(file, bytes);
    }
    const { code, document } = await json('store', 'verify');
    expect(code).toBe(3);
    expect(document).toMatchObject({ sound: false });
  });

  testWith([], 'a pinned recording survives retention, is found, shown and replayed by its name', async () => {
    expect(await json('store', 'pin', 'status:>=200', '--name', 'crash')).toMatchObject({
      code: 0,
      document: { exchanges: 60, state: 'complete' },
    });
    expect(await run(['store', 'pin', '--name', 'crash'], { env })).toMatchObject({ code: 2 });
    expect(await json('store', 'retain', '--keep', '0s')).toMatchObject({
      code: 0,
      document: { kept: { segments: 0 } },
    });
    expect((await run(['find', '', '--json'], { env })).stdout).toBe('');
    const found = await run(['find', '', '--both-views', '--recording', 'crash', '--json'], { env });
    expect(jsonLines(found.stdout)).toHaveLength(60);
    const id = jsonLines<{ id: string }>(found.stdout)[0]?.id as string;
    expect(await run(['show', id, '--recording', 'crash'], { env })).toMatchObject({ code: 0 });
    const replayed = await run(
      ['replay', '--recording', 'crash', '--to', 'http://127.0.0.1:9', '--read-only', '--dry-run'],
      { env },
    );
    expect(replayed, replayed.stderr).toMatchObject({ code: 0 });
    expect(replayed.stdout + replayed.stderr).toContain('replaying');
    expect(await json('store', 'unpin', 'crash')).toMatchObject({ code: 0 });
    expect(await json('store', 'pins')).toMatchObject({ document: { pins: [] } });
    expect(await run(['find', '', '--recording', 'crash'], { env })).toMatchObject({ code: 2 });
  });

  testWith([], 'what is not found or too much is not pinned, and leaves nothing behind', async () => {
    expect(await run(['store', 'pin', 'status:599', '--name', 'none'], { env })).toMatchObject({ code: 2 });
    expect(await run(['store', 'pin', '--name', 'much', '--limit', '10'], { env })).toMatchObject({ code: 2 });
    expect(await json('store', 'pins')).toMatchObject({ document: { pins: [] } });
  });

  testWith([], 'what the config file keeps is taken, and refused where it is wrong', async () => {
    const config = join(folder, 'bytecopy.yaml');
    await writeFile(
      config,
      "retention: { keep: forever, size: 1KiB, groups: [{ name: bulk, services: ['static-*'] }] }\n",
    );
    const retained = await run(['--config', config, 'store', 'retain', '--dry-run', '--json'], { env });
    expect(JSON.parse(retained.stdout)).toMatchObject({ dropped: [{ why: 'size' }] });
    await writeFile(config, 'retention: { keep: sometimes }\n');
    expect(await run(['--config', config, 'store', 'info'], { env })).toMatchObject({ code: 2 });
  });
});
