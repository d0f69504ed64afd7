/** What every adapter of the port `DataLayer` owes. */
import { describe, expect, test } from 'vitest';
import type { DataEntry, DataLayer } from '../../core/index.ts';
import { allPages, LATER_SEGMENT, SEGMENT } from '../support/store/index.ts';

export function dataLayerConformance(name: string, open: () => Promise<DataLayer>): void {
  const entry = (key: string, value = `value of ${key}`, segment = SEGMENT): DataEntry => ({
    segment,
    key: Buffer.from(key, 'latin1'),
    value: Buffer.from(value),
  });
  const text = (bytes: Uint8Array | undefined): string | undefined =>
    bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');

  describe(`data layer: ${name}`, () => {
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
  });
}
