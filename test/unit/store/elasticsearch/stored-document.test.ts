import { expect, test } from 'vitest';
import { IndexNames } from '../../../../store/elasticsearch/index-name.ts';
import { HitFolder, toStoredDocument } from '../../../../store/elasticsearch/stored-document.ts';
import { CUT_CHARS, MAX_WHOLE_CHARS, toTerm } from '../../../../store/elasticsearch/term.ts';
import { DOCUMENT } from '../../../support/store/index-entries.ts';

test('what is empty is not stored, labels are stored by name and value', () => {
  expect(
    toStoredDocument({ ...DOCUMENT, labels: { team: 'shop', none: '' }, reason: 'x'.repeat(200) }, 'ab00'),
  ).toEqual({
    place: 'ab00',
    at: DOCUMENT.at,
    latency: 1200,
    status: 200,
    source: 'front',
    service: 'catalogue',
    operation: 'GET /items',
    verb: 'GET',
    outcome: 'paired',
    protocol: 'http1',
    environment: 'production',
    reason: toTerm('x'.repeat(200)),
    labels: ['team=shop'],
    label_names: ['team'],
    cut: ['reason'],
  });
});

test('long values keep their head and differ by their hash, and are never taken for a short one', () => {
  const [one, other] = [toTerm(`${'x'.repeat(500)}a`), toTerm(`${'x'.repeat(500)}b`)];
  expect(one).not.toBe(other);
  expect([one.length, one.slice(0, 128)]).toEqual([CUT_CHARS, 'x'.repeat(128)]);
  expect(toTerm(one)).not.toBe(one);
  expect(toTerm('x'.repeat(MAX_WHOLE_CHARS))).toHaveLength(MAX_WHOLE_CHARS);
});

test('a lone surrogate is not taken for another one', () => {
  expect(toTerm('a\ud800')).not.toBe(toTerm('a\udfff'));
  expect(toTerm('a\ud800')).not.toContain('\ud800');
  expect(toTerm('🧨')).toBe('🧨');
});

test('places in order are folded into a hit a block, across pages', () => {
  const folder = new HitFolder();
  for (const place of ['aa00', 'aa1f', 'aa20']) folder.add(place);
  expect(folder.take()).toEqual([]);
  folder.add('aa3f');
  folder.add('bb05');
  expect(folder.take()).toEqual([{ block: Buffer.of(0xaa), low: 0x8000_0001, high: 0x8000_0001 }]);
  folder.add('bb40');
  folder.add('nonsense');
  folder.end();
  expect(folder.take()).toEqual([{ block: Buffer.of(0xbb), low: 0x20, high: 0 }]);
});

test('names of indices tell area and segment apart from all others', () => {
  const live = new IndexNames('bytecopy', '');
  const pin = new IndexNames('bytecopy', 'pin-Core');
  expect(live.ofSegment('20261121T100000Z.bulk')).toBe('bytecopy~live~20261121t100000z.bulk');
  expect(live.toSegment('bytecopy~live~20261121t100000z.bulk')).toBe('20261121T100000Z.bulk');
  expect(pin.ofSegment('20261121T100000Z')).toBe('bytecopy~area.pin-!core~20261121t100000z');
  expect(pin.toSegment(live.ofSegment('20261121T100000Z'))).toBeUndefined();
  expect(new IndexNames('bytecopy', 'live').template).not.toBe(live.template);
  expect(live.toSegment('bytecopy~live~latest')).toBeUndefined();
});
