import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadIdl } from '../../../../cli/idl/load-idl.ts';
import type { NamedType } from '../../../../parser/index.ts';

/** A folder with these files. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'idl-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const FILES = {
  'shop.thrift': `
    namespace * shop
    include "common/base.thrift"
    typedef base.Id ItemId
    typedef list<Item> Items
    struct Item { 1: required ItemId id = 5 (x = "y"), 2: base.Colour colour, 3: Items parts; binary implicit }
    service Shop extends base.Health {
      Items find(1: map<string, Item> wanted, 2: set<base.Colour> colours) throws (1: base.Fault fault)
      oneway void forget(1: uuid id)
    }`,
  'common/base.thrift': `
    include "../shop.thrift" // a circle
    typedef i64 Id
    enum Colour { RED, GREEN = 0x10, BLUE, ROUGE = 0 }
    exception Fault { 1: string why }
    service Health { string ping() }
    service Other extends Missing { void find(1: i32 other) }`,
};

const field = (type: NamedType | undefined, id: number) => type?.field(id);

describe('loadIdl', () => {
  test('no file is no names', async () => {
    expect(await loadIdl([])).toBeUndefined();
  });

  test('arguments and results through typedefs, containers, includes in a circle', async () => {
    const names = await loadIdl([join(folderOf(FILES), 'shop.thrift')]);
    const find = names?.function('Shop', 'find');
    expect(field(find?.arguments, 1)).toMatchObject({ name: 'wanted', type: { name: 'map<string, Item>' } });
    const item = field(find?.arguments, 1)?.type?.value;
    expect(field(item, 1)?.name).toBe('id');
    expect(field(item, 3)?.type?.element?.field(2)?.type?.member(17)).toBe('BLUE');
    expect(field(item, -1)?.name).toBe('implicit');
    expect(field(find?.arguments, 2)?.type?.element?.member(0)).toBe('RED');
    expect(field(find?.result, 0)?.name).toBe('success');
    expect(field(find?.result, 0)?.type?.element?.name).toBe('Item');
    expect(field(field(find?.result, 1)?.type, 1)?.name).toBe('why');
    expect(field(find?.arguments, 9)).toBeUndefined();
  });

  test('functions: inherited ones, of the service that is named, of any where none is', async () => {
    const names = await loadIdl([join(folderOf(FILES), 'shop.thrift')]);
    expect(names?.function('Shop', 'ping')?.service).toBe('Shop');
    expect(field(names?.function('Other', 'find')?.arguments, 1)?.name).toBe('other');
    expect(field(names?.function('', 'find')?.arguments, 1)?.name).toBe('wanted');
    expect(field(names?.function('Elsewhere', 'find')?.arguments, 1)?.name).toBe('wanted');
    expect(field(names?.function('Shop', 'forget')?.result, 0)).toBeUndefined();
    expect(names?.function('Shop', 'nothing')).toBeUndefined();
  });

  test('typedefs and services in a circle end', async () => {
    const names = await loadIdl([
      join(
        folderOf({
          'a.thrift': 'typedef B A\ntypedef A B\nservice S extends T { void f(1: A a) }\nservice T extends S {}',
        }),
        'a.thrift',
      ),
    ]);
    expect(field(names?.function('S', 'f')?.arguments, 1)).toEqual({ name: 'a', type: undefined });
    expect(names?.function('S', 'g')).toBeUndefined();
  });

  test('errors name file and line', async () => {
    const folder = folderOf({
      'bad.thrift': '\nstruct A { 1: i32 }',
      'odd.thrift': 'foo',
      'far.thrift': '\ninclude "no.thrift"',
    });
    const load = (file: string) => loadIdl([join(folder, file)]);
    await expect(load('bad.thrift')).rejects.toMatchObject({
      code: 'IDL_INVALID',
      exitCode: 2,
      message: expect.stringMatching(/bad\.thrift:2: Unable to find identifier/),
    });
    await expect(load('odd.thrift')).rejects.toMatchObject({ code: 'IDL_INVALID' });
    await expect(load('far.thrift')).rejects.toMatchObject({
      code: 'IDL_UNREADABLE',
      message: expect.stringContaining('no.thrift: there is no such file'),
      hint: expect.stringContaining('far.thrift:2 includes it'),
    });
    await expect(load('none.thrift')).rejects.toMatchObject({ code: 'IDL_UNREADABLE' });
  });
});
