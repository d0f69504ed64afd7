import { expect, test } from 'vitest';
import { mergeShards } from '../../../../store/cluster/merge-shards.ts';
import { chainAhead, readAhead } from '../../../../store/cluster/read-ahead.ts';

interface Row {
  readonly key: Buffer;
}

async function* pages(log: string[], name: string, ...texts: string[]): AsyncGenerator<readonly Row[]> {
  try {
    for (const text of texts) yield await Promise.resolve([...text].map((key) => ({ key: Buffer.from(key) })));
  } finally {
    log.push(`${name} ended`);
  }
}

async function textOf(batches: AsyncIterable<readonly Row[]>): Promise<string> {
  let text = '';
  for await (const batch of batches) text += batch.map(({ key }) => key.toString()).join('');
  return text;
}

test('shards of any page sizes are one order, both ways', async () => {
  const up = [pages([], 'a', 'ad', 'g'), pages([], 'b', '', 'b', 'ch'), pages([], 'c')];
  expect(await textOf(mergeShards(up, false))).toBe('abcdgh');
  expect(await textOf(mergeShards([pages([], 'a', 'ge', 'a'), pages([], 'b', 'f', 'b')], true))).toBe('gfeba');
});

test('streams one after the other keep their order while the next ones are read', async () => {
  const log: string[] = [];
  const sources = pages([], 'sources', 'x', 'y', 'z');
  const open = ([row]: readonly Row[]): AsyncIterable<readonly Row[]> => {
    const name = String(row?.key);
    log.push(`${name} opened`);
    return readAhead(pages(log, name, `${name}1`, '2'));
  };
  expect(await textOf(chainAhead(sources, 2, open))).toBe('x12y12z12');
  expect(log.slice(0, 2)).toEqual(['x opened', 'y opened']);
});

test('who leaves half way leaves nothing open', async () => {
  const log: string[] = [];
  const shards = ['a', 'b'].map((name) => readAhead(pages(log, name, name, name, name)));
  for await (const _ of mergeShards(shards, false)) break;
  expect(log.toSorted()).toEqual(['a ended', 'b ended']);
});

test('a page that fails while nobody waits for it fails the stream, and nothing else', async () => {
  async function* failing(): AsyncGenerator<readonly Row[]> {
    yield await Promise.resolve([{ key: Buffer.from('a') }]);
    throw new Error('gone');
  }
  await expect(textOf(mergeShards([readAhead(failing())], false))).rejects.toThrow('gone');
});
