/** Thrift by the command line: shown as a tree, with the names of IDL files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { run } from '../support/cli/bytecopy.ts';
import { conversation } from '../support/packets/index.ts';
import { describeWith, testWith } from '../support/requirements.ts';
import { apacheMessage, i64, KIND, struct, text, ttheader } from '../support/thrift/index.ts';

describeWith(['build'], 'Thrift', () => {
  let folder: string;
  let store: string;
  let id: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-thrift-'));
    store = join(folder, 'store');
    const body = struct([1, struct([1, text('pump')], [2, i64(2n ** 60n)])]);
    const call = apacheMessage('binary', { name: 'find', kind: KIND.call, sequenceId: 7, body });
    const found = struct([0, struct([1, text('pump')])]);
    const reply = apacheMessage('binary', { name: 'find', kind: KIND.reply, sequenceId: 7, body: found });
    const talk = conversation({ server: '10.0.0.2:9090' }).handshake();
    talk.client(ttheader(call, { integer: { 3: 'shop' }, token: 'hush', sequenceId: 7 })).server(ttheader(reply));
    await writeFile(join(folder, 'a.pcap'), talk.close().pcap());
    await writeFile(join(folder, 'item.thrift'), 'struct Item { 1: string name, 2: i64 price }');
    await writeFile(
      join(folder, 'stock.thrift'),
      'include "item.thrift"\nservice Stock { item.Item find(1: item.Item wanted) }',
    );
    await run(['import', join(folder, 'a.pcap'), '--store', store]);
    id = (JSON.parse((await run(['find', '', '--json', '--store', store])).stdout) as { id: string }).id;
  });
  afterEach(() => rm(folder, { recursive: true }));

  testWith([], 'show prints the fields by id, credentials hidden', async () => {
    const { stdout } = await run(['show', id, '--store', store]);
    expect(stdout).toContain('header FromService (3): shop\n');
    expect(stdout).not.toContain('hush');
    expect(stdout).toContain('arguments\n  1: struct\n    1: string "pump"\n    2: i64 1152921504606846976\n');
    expect((await run(['show', id, '--with-secrets', '--store', store])).stdout).toContain('header token: hush\n');
  });

  testWith([], '--idl and the config file name them', async () => {
    const idl = join(folder, 'stock.thrift');
    const { stdout } = await run(['show', id, '--idl', idl, '--store', store]);
    expect(stdout).toContain('arguments\n  1 wanted: item.Item\n    1 name: string "pump"\n    2 price: i64 11529');
    expect(stdout).toContain('result\n  0 success: item.Item\n    1 name: string "pump"');
    const config = join(folder, 'bytecopy.yaml');
    await writeFile(config, `idl: [${idl}]\n`);
    expect((await run(['--config', config, 'show', id, '--store', store])).stdout).toBe(stdout);
  });

  testWith([], 'programs get the tree; parse --full gives the same without a store', async () => {
    const idl = join(folder, 'stock.thrift');
    const { stdout } = await run(['show', id, '--json', '--idl', idl, '--store', store]);
    expect(stdout).not.toContain('hush');
    expect(stdout).not.toContain(Buffer.from('hush').toString('base64'));
    const price = { name: 'price', type: 'i64', value: '1152921504606846976' };
    expect(JSON.parse(stdout)).toMatchObject({
      thrift: {
        request: { method: 'find', arguments: { 1: { name: 'wanted', value: { 2: price } } } },
        response: { result: { kind: 'success', fields: { 0: { name: 'success', type: 'struct' } } } },
      },
    });
    expect((await run(['parse', '--full', '--idl', idl, join(folder, 'a.pcap')])).stdout).toBe(stdout);
  });

  testWith([], 'what is wrong with an IDL file is said with file and line', async () => {
    const bad = join(folder, 'bad.thrift');
    await writeFile(bad, 'struct A {\n  1: i32\n}\n');
    const { code, stderr } = await run(['show', id, '--idl', bad, '--store', store]);
    expect(code).toBe(2);
    expect(stderr).toContain('bad.thrift:2: ');
  });
});
