/** Exchanges out of a store and in again, as a user does it: every format, gzipped, through a pipe, and what goes wrong. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { jsonLines, type RunOptions, run, start } from '../support/cli/bytecopy.ts';
import { PROJECT_DIR } from '../support/machine.ts';
import { describeWith, testWith } from '../support/requirements.ts';

const SAMPLE = join(PROJECT_DIR, 'cli/demo/sample.pcap.gz');
const SECRET = 'Bearer-of-bad-news-4711';

describeWith(['build'], 'export', () => {
  let folder: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-export-'));
    env = { BYTECOPY_STORE: join(folder, 'store'), BYTECOPY_KEY_FILE: join(folder, 'keys') };
    expect(await run(['import', SAMPLE], { env })).toMatchObject({ code: 0 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const at = (name: string) => join(folder, name);
  const exportTo = (...args: string[]) => run(['export', '--both-views', ...args], { env });
  const reportOf = (stdout: string) => jsonLines<Record<string, unknown>>(stdout)[0];
  /** Operation and status of every exchange that parse finds. */
  const tell = async (file: string, options: RunOptions = {}) => {
    const { code, stdout, stderr } = await run(['parse', file], options);
    expect(code, stderr).toBe(0);
    return jsonLines<{ operation: string; status: number }>(stdout)
      .map(({ operation, status }) => `${operation} ${status}`)
      .sort();
  };

  for (const ending of ['pcapng', 'gor', 'har', 'jsonl', 'pb', 'pcapng.gz', 'gor.gz', 'har.gz', 'jsonl.gz', 'pb.gz']) {
    testWith([], `to .${ending} and into another store: the same exchanges`, async () => {
      const file = at(`a.${ending}`);
      const { code, stdout, stderr } = await exportTo('-o', file, '--json');
      expect(code, stderr).toBe(0);
      expect(reportOf(stdout)).toMatchObject({ found: 60, exported: 60, leftOut: {} });
      expect(await tell(file)).toEqual(await tell(SAMPLE));
      if (ending.endsWith('.gz')) return;
      const into = at('other');
      const imported = await run(['import', file, '--store', into], { env });
      expect(imported, imported.stderr).toMatchObject({ code: 0 });
      expect(imported.stdout).toContain(`into ${into}`);
      const found = await run(['find', '', '--both-views', '--store', into, '--json'], { env });
      expect(jsonLines(found.stdout)).toHaveLength(60);
    });
  }

  testWith([], 'through a pipe: standard output into import -', async () => {
    for (const format of ['pcapng', 'gor', 'har', 'jsonl', 'protobuf']) {
      const { stdout, stderr } = await exportTo('--as', format, '--limit', '5');
      expect(stderr).toContain(`5 of 5 exchanges as ${format} to standard output`);
      // Bytes that are no UTF-8 do not pass this harness: binary formats go by file.
      if (format === 'pcapng' || format === 'protobuf') continue;
      const piped = await run(['import', '-', '--store', at(format)], { env, input: stdout });
      expect(piped, piped.stderr).toMatchObject({ code: 0 });
      const binary = await run(['find', '', '--both-views', '--count', '--store', at(format)], { env });
      expect(binary.stdout).toContain('5');
    }
    await exportTo('-o', at('a.pb'), '--limit', '5');
    expect(await tell('-', { env, input: await readFile(at('a.pb')) })).toHaveLength(5);
  });

  testWith([], 'what a format cannot keep is said, in words and as JSON', async () => {
    const { stdout } = await exportTo('-o', at('a.har'));
    expect(stdout).toMatch(/60 of 60 exchanges as har to .*a\.har, [\d.]+ KiB/);
    expect(stdout).toContain('not kept: bodies are decoded');
  });

  testWith([], 'secrets travel as placeholders; --with-secrets writes them, on record before', async () => {
    const request = `GET /mine HTTP/1.1\r\nHost: a\r\nAuthorization: ${SECRET}\r\n\r\n`;
    await writeFile(at('in.gor'), `1 a 1000000000000000000 1\n${request}\n🐵🙈🙉\n`);
    expect(await run(['import', at('in.gor')], { env })).toMatchObject({ code: 0 });
    const sealed = await exportTo('path:/mine', '-o', at('out.gor'));
    expect(sealed.stdout).toContain('1 hold secrets as placeholders');
    expect(await readFile(at('out.gor'), 'latin1')).not.toContain(SECRET);
    expect(existsSync(at('audit.jsonl'))).toBe(false);
    const opened = await exportTo('path:/mine', '-o', at('out.gor'), '--with-secrets', '--json');
    expect(reportOf(opened.stdout)).toMatchObject({ exported: 1, sealed: 0 });
    expect(await readFile(at('out.gor'), 'latin1')).toContain(request);
    const audit = jsonLines(await readFile(at('audit.jsonl'), 'utf8'));
    expect(audit).toMatchObject([{ command: 'export', query: 'path:/mine', keys: [expect.any(String)] }]);
    const other = { ...env, BYTECOPY_KEY_FILE: at('none/keys') };
    const refused = await run(['export', 'path:/mine', '-o', at('no.gor'), '--with-secrets'], { env: other });
    expect(refused.code).toBe(2);
    expect((await readdir(folder)).filter((name) => name.startsWith('no.gor'))).toEqual([]);
  });

  testWith([], 'secrets that were never sealed are placeholders too', async () => {
    await writeFile(at('bytecopy.yaml'), 'secrets: { seal: false }\n');
    const config = ['--config', at('bytecopy.yaml')];
    await writeFile(
      at('in.gor'),
      `1 a 1000000000000000000 1\nGET /mine HTTP/1.1\r\nCookie: sid=${SECRET}\r\n\r\n\n🐵🙈🙉\n`,
    );
    expect(await run([...config, 'import', at('in.gor')], { env })).toMatchObject({ code: 0 });
    const { stdout } = await exportTo('path:/mine', '-o', at('out.gor'));
    expect(stdout).toContain('1 hold secrets as placeholders');
    expect(await readFile(at('out.gor'), 'latin1')).not.toContain(SECRET);
    await exportTo('path:/mine', '-o', at('out.gor'), '--with-secrets');
    expect(await readFile(at('out.gor'), 'latin1')).toContain(SECRET);
  });

  testWith([], 'what cannot be done says why, and leaves nothing behind', async () => {
    for (const [args, code, words] of [
      [['-o', at('a.txt')], 2, 'does not tell a format'],
      [[], 2, 'a format is missing'],
      [['--as', 'xml', '-o', at('a.xml')], 2, 'xml'],
      [['-o', at('none/a.gor')], 1, 'a.gor'],
      [['status:', '-o', at('a.gor')], 2, 'status'],
    ] as const) {
      const { code: got, stderr } = await exportTo(...args);
      expect({ args, got }).toEqual({ args, got: code });
      expect(stderr).toContain(words);
    }
    expect((await readdir(folder)).filter((name) => name.startsWith('a.'))).toEqual([]);
    await writeFile(at('bad.har'), '{"log":{"entries":[');
    const bad = await run(['import', at('bad.har'), '--store', at('empty')], { env });
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain('is no HAR 1.2');
    expect(existsSync(at('empty'))).toBe(false);
  });

  testWith([], 'an export that is killed leaves no file of its name', async () => {
    const exporting = start(['export', '-o', at('a.jsonl')], { env });
    exporting.process.kill('SIGKILL');
    await exporting.finished;
    expect(existsSync(at('a.jsonl'))).toBe(false);
  });
});
