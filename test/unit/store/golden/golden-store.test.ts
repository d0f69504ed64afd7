/** A whole store as builds of version 1 left it: read, searched by what it had postings of and by what it had not, written on. */
import { chmod, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Exchange, matchesQuery, parseQuery } from '../../../../core/index.ts';
import { repaired, verified } from '../../../support/store/care.ts';
import { emptyFolder, foundBy, ids, numberedUpTo, opened } from '../../../support/store/index.ts';

const GOLDEN = new URL('store-v1', import.meta.url);
/** Exchanges of the store, one a line. */
const GOLDEN_IDS = new URL('store-v1-ids.txt', import.meta.url);

/** What version 1 indexed, what came with version 2, what is read in both. */
const QUERIES = [
  'status:201',
  'verb:POST',
  'operation:"GET /items/item-7"',
  'service:"127.0.0.1:8081" AND NOT status:200',
  'trace:74954ef9a9419e5426fb38caaecfcd29',
  'status:[200 TO 299] AND latency:>5ms',
  'latency:<5ms OR verb:POST',
  'session:13dd93ed1a9b0872',
  'tenant:* OR label.team:shop',
];

async function oldStore(): Promise<string> {
  const path = await emptyFolder();
  await cp(GOLDEN, path, { recursive: true });
  await chmod(path, 0o700);
  return path;
}

async function goldenIds(): Promise<readonly string[]> {
  return (await readFile(GOLDEN_IDS, 'utf8')).trim().split('\n');
}

const matching = (all: readonly Exchange[], text: string): string[] =>
  ids(all.filter((each) => matchesQuery(parseQuery(text), each)));

test('who only reads leaves it as it is', async () => {
  const path = await oldStore();
  const { store } = await opened(path, { access: 'read' });
  expect(ids(await foundBy(store))).toEqual(await goldenIds());
  await store.close();
  expect(JSON.parse(await readFile(join(path, 'bytecopy.json'), 'utf8'))).toMatchObject({ version: 1 });
});

test('it is searched by old fields and by new ones, before and after a repair', async () => {
  const { store, care } = await opened(await oldStore());
  const all = await foundBy(store);
  const searched = async () => {
    const found = QUERIES.map(async (text) => ids(await foundBy(store, { where: parseQuery(text) })));
    return Object.fromEntries((await Promise.all(found)).map((each, n) => [QUERIES[n], each]));
  };
  const meant = Object.fromEntries(QUERIES.map((text) => [text, matching(all, text)]));
  expect(await searched()).toEqual(meant);
  await repaired(care);
  expect(await searched()).toEqual(meant);
});

test('it is written on, in the same segment and in others, and is whole afterwards', async () => {
  const path = await oldStore();
  const { store } = await opened(path);
  const old = await foundBy(store);
  const sameHour = (old[0] as Exchange).id.at + 60_000_000;
  const added = numberedUpTo(200).map((each, n) => ({ ...each, id: { ...each.id, at: sameHour + n * 1000 } }));
  const elsewhere = numberedUpTo(100);
  await store.append([...added, ...elsewhere]);
  await store.close();

  const again = await opened(path);
  const all = await foundBy(again.store);
  expect(new Set(ids(all))).toEqual(new Set([...(await goldenIds()), ...ids(added), ...ids(elsewhere)]));
  for (const text of QUERIES) {
    expect(ids(await foundBy(again.store, { where: parseQuery(text) })), text).toEqual(matching(all, text));
  }
  expect(await verified(again.care)).toMatchObject({ exchanges: all.length, damages: [] });
  const first = (await repaired(again.care)).ledger;
  const second = (await repaired(again.care, { now: 1 })).ledger;
  expect({ blocks: second.blocks, equal: second.equal }).toEqual({ blocks: first.blocks, equal: first.blocks });
  expect(JSON.parse(await readFile(join(path, 'bytecopy.json'), 'utf8'))).toMatchObject({ version: 2 });
});

test('a newer one is refused, whatever else it says, and left as it is', async () => {
  const path = await oldStore();
  const text = '{"format":"bytecopy-store","version":3,"cut":"otherwise"}';
  await writeFile(join(path, 'bytecopy.json'), text);
  for (const access of ['read', 'write'] as const) {
    await expect(opened(path, { access })).rejects.toMatchObject({ code: 'STORE_NEWER', exitCode: 2 });
  }
  expect(await readFile(join(path, 'bytecopy.json'), 'utf8')).toBe(text);
});
