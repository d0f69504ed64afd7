/** What every adapter of the port `DataLayer` owes. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { BUCKET_BYTES, type DataEntry, type DataLayer, type KeyRange } from '../../core/index.ts';
import { allPages, LATER_SEGMENT, SEGMENT } from '../support/store/index.ts';

/** Servers that make a table for a segment take a second for it, and more on a busy machine. */
const TIMEOUT_MS = 120_000;

export function dataLayerConformance(name: string, open: () => Promise<DataLayer>): void {
  const entry = (key: string, value = `value of ${key}`, segment = SEGMENT): DataEntry => ({
    segment,
    key: Buffer.from(key, 'latin1'),
    value: Buffer.from(value),
  });
  const text = (bytes: Uint8Array | undefined): string | undefined =>
    bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');

  describe(`data layer: ${name}`, { timeout: TIMEOUT_MS }, () => {
    test('values come back as they were put, in the order of the keys asked for', async () => {
      const layer = await open();
      await layer.put([entry('b'), entry('a')], 'buffered');
      const values = await layer.getMany(
        SEGMENT,
        ['a', 'missing', 'b'].map((key) => Buffer.from(key)),
      );
      expect(values.map(text)).toEqual(['value of a', undefined, 'value of b']);
    });

    test('a scan is in unsigned byte order, both ways, whatever the page', async () => {
      const layer = await open();
      await layer.put(
        ['\xff', 'b', '\x00', 'a', 'ab', '\x80'].map((key) => entry(key)),
        'synced',
      );
      const ascending = ['\x00', 'a', 'ab', 'b', '\x80', '\xff'];
      for (const pageEntries of [1, 2, 100]) {
        const up = await allPages(layer.scan({ segment: SEGMENT, pageEntries }));
        expect(up.flat().map(({ key }) => text(key))).toEqual(ascending);
        expect(up.every((page) => page.length > 0 && page.length <= pageEntries)).toBe(true);
        const down = await allPages(layer.keys({ segment: SEGMENT, order: 'descending', pageEntries }));
        expect(down.flat().map(text)).toEqual(ascending.toReversed());
      }
    });

    test('a range takes its first key and not its last, both ways', async () => {
      const layer = await open();
      await layer.put(
        ['a', 'b', 'c', 'd'].map((key) => entry(key)),
        'buffered',
      );
      const range = { segment: SEGMENT, from: Buffer.from('b'), to: Buffer.from('d') };
      expect((await allPages(layer.keys(range))).flat().map(text)).toEqual(['b', 'c']);
      expect((await allPages(layer.keys({ ...range, order: 'descending' }))).flat().map(text)).toEqual(['c', 'b']);
    });

    test('an equal key put again replaces the value', async () => {
      const layer = await open();
      await layer.put([entry('a', 'first')], 'buffered');
      await layer.put([entry('a', 'second')], 'buffered');
      expect((await layer.getMany(SEGMENT, [Buffer.from('a')])).map(text)).toEqual(['second']);
    });

    test('segments are apart, are listed oldest first, and are dropped as a whole', async () => {
      const layer = await open();
      await layer.put([entry('a', 'later', LATER_SEGMENT), entry('a', 'now')], 'buffered');
      expect(await layer.segments()).toEqual([SEGMENT, LATER_SEGMENT]);
      expect((await layer.getMany(SEGMENT, [Buffer.from('a')])).map(text)).toEqual(['now']);
      expect(await layer.size(SEGMENT)).toBeGreaterThan(0);
      await layer.drop(SEGMENT);
      await layer.drop(SEGMENT);
      expect(await layer.segments()).toEqual([LATER_SEGMENT]);
      expect((await layer.getMany(SEGMENT, [Buffer.from('a')])).map(text)).toEqual([undefined]);
      expect(await layer.size(SEGMENT)).toBe(0);
    });

    test('a segment that is not there is empty and is not made by reading', async () => {
      const layer = await open();
      expect(await allPages(layer.scan({ segment: SEGMENT }))).toEqual([]);
      expect(await layer.segments()).toEqual([]);
    });

    test('a scan given up half way lets its segment be dropped', async () => {
      const layer = await open();
      await layer.put(
        ['a', 'b', 'c'].map((key) => entry(key)),
        'buffered',
      );
      for await (const _ of layer.scan({ segment: SEGMENT, pageEntries: 1 })) break;
      await layer.sync();
      await layer.drop(SEGMENT);
      expect(await layer.segments()).toEqual([]);
    });

    test('a retention group beside a segment of the same time is apart, and is dropped alone', async () => {
      const layer = await open();
      const group = `${SEGMENT}.bulk`;
      await layer.put([entry('a', 'theirs', group), entry('a', 'ours')], 'buffered');
      expect(await layer.segments()).toEqual([SEGMENT, group]);
      await layer.drop(group);
      expect(await layer.segments()).toEqual([SEGMENT]);
      expect((await layer.getMany(SEGMENT, [Buffer.from('a')])).map(text)).toEqual(['ours']);
    });

    test('properties come back, are listed by prefix, are replaced and removed, and are no segments', async () => {
      const layer = await open();
      expect(await layer.readProperty('store')).toBeUndefined();
      await layer.writeProperty('keys/20261121t100000z', Buffer.of(1, 2, 3));
      await layer.writeProperty('keys/20261121t110000z', Buffer.from('other'));
      await layer.writeProperty('store', Buffer.from('{}'));
      await layer.writeProperty('store', Buffer.from('{"version":2}'));
      expect(text(await layer.readProperty('store'))).toBe('{"version":2}');
      expect(Buffer.from((await layer.readProperty('keys/20261121t100000z')) ?? [])).toEqual(Buffer.of(1, 2, 3));
      expect(await layer.properties('keys/')).toEqual(['keys/20261121t100000z', 'keys/20261121t110000z']);
      await layer.writeProperty('keys/20261121t100000z', undefined);
      await layer.writeProperty('keys/20261121t100000z', undefined);
      expect(await layer.readProperty('keys/20261121t100000z')).toBeUndefined();
      expect(await layer.segments()).toEqual([]);
    });

    test('large values come back whole, by key and by scan, and are no burden to a list of keys', async () => {
      const layer = await open();
      const sizes = [1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 5_000_000].filter(
        (size) => size <= layer.manifest.maxValueBytes,
      );
      const large = sizes.map((size, i) => ({
        segment: SEGMENT,
        key: blockKey(1, i),
        value: Buffer.alloc(size, `${i} large `),
      }));
      await layer.put([...large, { segment: SEGMENT, key: blockKey(1, 9), value: Buffer.of(7) }], 'buffered');
      const keys = large.map(({ key }) => key);
      const values = await layer.getMany(SEGMENT, keys);
      expect(values.map((value, i) => value !== undefined && large[i]?.value.equals(value))).toEqual(
        large.map(() => true),
      );
      for (const order of ['ascending', 'descending'] as const) {
        const scanned = (await allPages(layer.scan({ segment: SEGMENT, order, pageEntries: 3 }))).flat();
        expect(scanned.map(({ value }) => value.length)).toEqual(
          order === 'ascending' ? [...sizes, 1] : [1, ...sizes.toReversed()],
        );
      }
      expect((await allPages(layer.keys({ segment: SEGMENT }))).flat().length).toBe(large.length + 1);
      await layer.put([{ segment: SEGMENT, key: blockKey(1, 0), value: Buffer.of(1, 2) }], 'buffered');
      const [replaced] = await layer.getMany(SEGMENT, [blockKey(1, 0)]);
      expect(replaced?.length).toBe(2);
    });

    test('ranges over many buckets and pages are what a sorted list says, both ways', async () => {
      const layer = await open();
      const keys = Array.from({ length: 40 }, (_, bucket) =>
        Array.from({ length: 1 + (bucket % 5) * 40 }, (_, i) => blockKey(bucket, i)),
      ).flat();
      const entries = keys.map((key) => ({ segment: SEGMENT, key, value: Buffer.concat([key, key]) }));
      await layer.put(entries, 'buffered');
      const bounds = [
        {},
        { from: blockKey(7, 3) },
        { to: blockKey(7, 3) },
        { from: blockKey(3, 0), to: blockKey(4, 100) },
        { from: blockKey(4, 10), to: blockKey(4, 120) },
        { from: blockKey(4, 0).subarray(0, BUCKET_BYTES), to: blockKey(9, 0).subarray(0, 4) },
        { from: blockKey(4, 0).subarray(0, BUCKET_BYTES), to: blockKey(4, 1).subarray(0, BUCKET_BYTES) },
        { from: blockKey(4, 50), to: blockKey(4, 50) },
        { from: blockKey(9, 0), to: blockKey(8, 0) },
        { from: blockKey(50, 0) },
      ];
      for (const bound of bounds) {
        const expected = keys.filter((key) => isWithin(key, bound)).map(hex);
        for (const pageEntries of [7, 1000]) {
          const range = { segment: SEGMENT, ...bound, pageEntries };
          const up = await allPages(layer.scan(range));
          expect(up.flat().map(({ key }) => hex(key))).toEqual(expected);
          expect(up.flat().every(({ key, value }) => value.length === 2 * key.length)).toBe(true);
          expect(up.every((page) => page.length > 0 && page.length <= pageEntries)).toBe(true);
          const down = (await allPages(layer.scan({ ...range, order: 'descending' }))).flat();
          expect(down.map(({ key }) => hex(key))).toEqual(expected.toReversed());
          const namesDown = (await allPages(layer.keys({ ...range, order: 'descending' }))).flat();
          expect(namesDown.map(hex)).toEqual(expected.toReversed());
          expect((await allPages(layer.keys(range))).flat().map(hex)).toEqual(expected);
        }
      }
    });

    test('a scan while others put misses nothing that was put before it began', async () => {
      const layer = await open();
      const batch = (n: number): DataEntry[] =>
        Array.from({ length: 50 }, (_, i) => ({
          segment: SEGMENT,
          key: blockKey(i % 5, n * 50 + i),
          value: Buffer.of(n),
        }));
      const [put, state] = [new Set<string>(), { ended: false }];
      const writers = [0, 1, 2].map(async (writer) => {
        for (let n = writer; n < 30; n += 3) {
          await layer.put(batch(n), 'buffered');
          for (const { key } of batch(n)) put.add(hex(key));
        }
      });
      const written = Promise.all(writers).finally(() => {
        state.ended = true;
      });
      for (let last = false; !last; ) {
        await setImmediate(); // a scan that needs no I/O would never let the others run
        last = state.ended;
        const before = [...put];
        const found = (await allPages(layer.keys({ segment: SEGMENT, pageEntries: 64 }))).flat().map(hex);
        expect(found).toEqual([...new Set(found)].sort());
        const there = new Set(found);
        expect(before.filter((key) => !there.has(key))).toEqual([]);
      }
      await written;
      expect(put.size).toBe(1500);
    });

    test('a thousand values by key, some of them twice, some not there', async () => {
      const layer = await open();
      const keys = Array.from({ length: 500 }, (_, i) => blockKey(i % 7, i));
      await layer.put(
        keys.map((key) => ({ segment: SEGMENT, key, value: Buffer.from(hex(key)) })),
        'buffered',
      );
      const asked = Array.from({ length: 1000 }, (_, i) => blockKey(i % 7, i % 750));
      const values = await layer.getMany(SEGMENT, asked);
      const there = new Set(keys.map(hex));
      expect(values.map(text)).toEqual(asked.map((key) => (there.has(hex(key)) ? hex(key) : undefined)));
      expect(await layer.getMany(SEGMENT, [])).toEqual([]);
    });

    test('keys of zeros, of ones, as long as a bucket or shorter than one keep their order', async () => {
      const layer = await open();
      const keys = [0x00, 0x2f, 0x7e, 0xff].flatMap((byte) =>
        [1, 2, 7, 8, 9, 21, 40].map((length) => Buffer.alloc(length, byte)),
      );
      await layer.put(
        keys.toReversed().map((key) => ({ segment: SEGMENT, key, value: Buffer.alloc(0) })),
        'buffered',
      );
      const expected = keys.map(hex).sort();
      expect((await allPages(layer.keys({ segment: SEGMENT }))).flat().map(hex)).toEqual(expected);
      const down = (await allPages(layer.scan({ segment: SEGMENT, order: 'descending', pageEntries: 2 }))).flat();
      expect(down.map(({ key }) => hex(key))).toEqual(expected.toReversed());
      expect((await layer.getMany(SEGMENT, keys)).map((value) => value?.length)).toEqual(keys.map(() => 0));
      for (const from of keys) {
        const behind = (await allPages(layer.keys({ segment: SEGMENT, from }))).flat().map(hex);
        expect(behind).toEqual(expected.slice(expected.indexOf(hex(from))));
        const before = (await allPages(layer.keys({ segment: SEGMENT, to: from, order: 'descending' })))
          .flat()
          .map(hex);
        expect(before).toEqual(expected.slice(0, expected.indexOf(hex(from))).toReversed());
      }
    });

    test('the same put again, also at the same time, changes nothing', async () => {
      const layer = await open();
      const entries = Array.from({ length: 20 }, (_, i) => entry(`key ${i}`));
      await Promise.all([layer.put(entries, 'buffered'), layer.put(entries, 'buffered')]);
      await layer.put(entries, 'buffered');
      const found = (await allPages(layer.scan({ segment: SEGMENT }))).flat();
      expect(found.map(({ key }) => text(key))).toEqual(entries.map(({ key }) => text(key)).sort());
      expect(found.every(({ key, value }) => text(value) === `value of ${text(key)}`)).toBe(true);
    });

    test('a segment that was dropped holds only what was put since', async () => {
      const layer = await open();
      await layer.put([entry('old'), entry('both', 'old')], 'buffered');
      await layer.drop(SEGMENT);
      await layer.put([entry('both', 'new')], 'buffered');
      const found = (await allPages(layer.scan({ segment: SEGMENT }))).flat();
      expect(found.map(({ key, value }) => [text(key), text(value)])).toEqual([['both', 'new']]);
      expect(await layer.segments()).toEqual([SEGMENT]);
      await layer.drop(SEGMENT);
      expect(await allPages(layer.keys({ segment: SEGMENT }))).toEqual([]);
    });

    test('a scan whose segment is dropped meanwhile ends', async () => {
      const layer = await open();
      const entries = Array.from({ length: 300 }, (_, i) => ({
        segment: SEGMENT,
        key: blockKey(i % 30, i),
        value: Buffer.alloc(2000),
      }));
      await layer.put(entries, 'buffered');
      const dropped: Promise<void>[] = [];
      let found = 0;
      for await (const page of layer.scan({ segment: SEGMENT, pageEntries: 4 })) {
        if (found === 0) dropped.push(layer.drop(SEGMENT));
        found += page.length;
      }
      await Promise.all(dropped);
      expect(found).toBeGreaterThan(0);
      expect(found).toBeLessThanOrEqual(300);
      expect(await layer.segments()).toEqual([]);
    });

    test('one put fills several segments, and a put of nothing makes none', async () => {
      const layer = await open();
      await layer.put([], 'synced');
      expect(await layer.segments()).toEqual([]);
      await layer.put([entry('a'), entry('b', 'later', LATER_SEGMENT), entry('c')], 'buffered');
      expect((await allPages(layer.keys({ segment: SEGMENT }))).flat().map(text)).toEqual(['a', 'c']);
      expect((await layer.getMany(LATER_SEGMENT, [Buffer.from('b')])).map(text)).toEqual(['later']);
    });
  });
}

/** A key as the store makes them: slice and service, then what tells blocks apart. */
function blockKey(bucket: number, block: number): Buffer {
  const key = Buffer.alloc(21);
  key.writeUInt32BE(178_000_000 + Math.floor(bucket / 2), 0);
  key.writeUInt32BE(bucket % 2 === 0 ? 0x0abc_0000 : 0xffff_ff00, 4);
  key.writeUInt32BE(block, BUCKET_BYTES + 3);
  key[20] = 64;
  return key;
}

function isWithin(key: Buffer, { from, to }: Pick<KeyRange, 'from' | 'to'>): boolean {
  return (from === undefined || Buffer.compare(key, from) >= 0) && (to === undefined || Buffer.compare(key, to) < 0);
}

function hex(key: Uint8Array): string {
  return Buffer.from(key).toString('hex');
}
