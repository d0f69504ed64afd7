import { expect, test } from 'vitest';
import { type DataLayer, KEY_BYTES, type KeyRing, type SecretKey } from '../../../../core/index.ts';
import { SegmentKeys } from '../../../../store/keys/segment-keys.ts';
import { wrapKey } from '../../../../store/keys/wrapped-key.ts';
import { LATER_SEGMENT, SEGMENT } from '../../../support/store/index.ts';

const OLD: SecretKey = { id: '0000000a', bytes: new Uint8Array(KEY_BYTES).fill(10) };
const NEW: SecretKey = { id: '0000000b', bytes: new Uint8Array(KEY_BYTES).fill(11) };

function ring(current: SecretKey, ...older: SecretKey[]): KeyRing {
  return { current, find: (keyId) => [current, ...older].find(({ id }) => id === keyId) };
}

/** What keys need of a data layer: its properties. */
function properties(): { layer: DataLayer; kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  const layer = {
    readProperty: (name: string) => Promise.resolve(kept.get(name)),
    writeProperty: (name: string, value: Uint8Array | undefined) => {
      if (value === undefined) kept.delete(name);
      else kept.set(name, value);
      return Promise.resolve();
    },
    properties: (prefix: string) => Promise.resolve([...kept.keys()].filter((name) => name.startsWith(prefix)).sort()),
  };
  return { layer: layer as unknown as DataLayer, kept };
}

test('a segment has one key of its own, made once and found again', async () => {
  const { layer, kept } = properties();
  const keys = new SegmentKeys(layer, ring(OLD));
  const [one, same, other] = await Promise.all([SEGMENT, SEGMENT, LATER_SEGMENT].map((each) => keys.keyFor(each)));
  expect(same).toEqual(one);
  expect(other?.bytes).not.toEqual(one?.bytes);
  expect([...kept.keys()]).toEqual([
    `segment-keys/${SEGMENT}/${one?.id}`,
    `segment-keys/${LATER_SEGMENT}/${other?.id}`,
  ]);
  const reopened = new SegmentKeys(layer, ring(OLD));
  expect(await reopened.keyFor(SEGMENT)).toEqual(one);
  expect(await reopened.find(SEGMENT, one?.id ?? '')).toEqual(one);
  expect(kept.size).toBe(2);
});

test('the key itself is not what is kept', async () => {
  const { layer, kept } = properties();
  const { bytes } = await new SegmentKeys(layer, ring(OLD)).keyFor(SEGMENT);
  for (const wrapped of kept.values()) expect(Buffer.from(wrapped).includes(Buffer.from(bytes))).toBe(false);
});

test('processes that each made a key for one segment read the blocks of both', async () => {
  const { layer } = properties();
  const [here, there] = [new SegmentKeys(layer, ring(OLD)), new SegmentKeys(layer, ring(OLD))];
  const [mine, theirs] = await Promise.all([here.keyFor(SEGMENT), there.keyFor(SEGMENT)]);
  expect(mine.id).not.toBe(theirs.id);
  expect(await here.find(SEGMENT, theirs.id)).toEqual(theirs);
  expect(await there.find(SEGMENT, mine.id)).toEqual(mine);
});

test('a key that an older key of the ring wraps opens, and is wrapped anew', async () => {
  const { layer } = properties();
  const { id, bytes } = await new SegmentKeys(layer, ring(OLD)).keyFor(SEGMENT);
  const rotated = new SegmentKeys(layer, ring(NEW, OLD));
  expect((await rotated.find(SEGMENT, id))?.bytes).toEqual(bytes);
  expect(await rotated.rewrap(SEGMENT)).toBe(1);
  expect(await rotated.rewrap(SEGMENT)).toBe(0);
  expect((await new SegmentKeys(layer, ring(NEW)).find(SEGMENT, id))?.bytes).toEqual(bytes);
});

test('a ring without the key that wraps says which is missing, and writes with a key of its own', async () => {
  const { layer } = properties();
  const { id } = await new SegmentKeys(layer, ring(OLD)).keyFor(SEGMENT);
  const keys = new SegmentKeys(layer, ring(NEW));
  const missing = { code: 'STORE_KEY_MISSING', exitCode: 2, message: expect.stringContaining(OLD.id) };
  await expect(keys.find(SEGMENT, id)).rejects.toMatchObject(missing);
  await expect(keys.rewrap(SEGMENT)).rejects.toMatchObject(missing);
  expect((await keys.keyFor(SEGMENT)).id).not.toBe(id);
});

test('a shredded segment has no key any more, in any process', async () => {
  const { layer, kept } = properties();
  const keys = new SegmentKeys(layer, ring(OLD));
  const { id } = await keys.keyFor(SEGMENT);
  await keys.keyFor(LATER_SEGMENT);
  await keys.shred(SEGMENT);
  expect(kept.size).toBe(1);
  expect(await keys.find(SEGMENT, id)).toBeUndefined();
  expect(await new SegmentKeys(layer, ring(OLD)).find(SEGMENT, id)).toBeUndefined();
  expect((await keys.keyFor(SEGMENT)).id).not.toBe(id);
});

test('a kept key that was changed, cut or moved is refused, whatever the byte', async () => {
  const { layer, kept } = properties();
  const { id } = await new SegmentKeys(layer, ring(OLD)).keyFor(SEGMENT);
  const name = `segment-keys/${SEGMENT}/${id}`;
  const wrapped = Buffer.from(kept.get(name) ?? []);
  const find = (): Promise<unknown> => new SegmentKeys(layer, ring(OLD)).find(SEGMENT, id);
  for (let at = 0; at < wrapped.length; at++) {
    kept.set(name, Buffer.from(wrapped.map((byte, i) => (i === at ? byte ^ 1 : byte))));
    const isRingKeyId = at >= 5 && at < 9;
    await expect(find()).rejects.toMatchObject({ code: isRingKeyId ? 'STORE_KEY_MISSING' : 'STORE_CORRUPT_KEY' });
    kept.set(name, wrapped.subarray(0, at));
    await expect(find()).rejects.toMatchObject({ code: 'STORE_CORRUPT_KEY' });
  }
  kept.set(name, wrapKey(new Uint8Array(KEY_BYTES), `segment-keys/${LATER_SEGMENT}/${id}`, OLD));
  await expect(find()).rejects.toMatchObject({ code: 'STORE_CORRUPT_KEY' });
});

test('a key that could not be kept is not used, and the next block tries again', async () => {
  const { layer } = properties();
  const write = layer.writeProperty;
  layer.writeProperty = () => Promise.reject(new Error('disk full'));
  const keys = new SegmentKeys(layer, ring(OLD));
  await expect(keys.keyFor(SEGMENT)).rejects.toThrow('disk full');
  layer.writeProperty = write;
  await expect(keys.keyFor(SEGMENT)).resolves.toBeDefined();
});
