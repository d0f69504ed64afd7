import { expect, test } from 'vitest';
import { parseConfig } from '../../../../cli/config/config-file.ts';
import { isFolder, storeOptionsOf, storePlace } from '../../../../cli/stores/place.ts';

const CONFIG = parseConfig(
  `
store: ./mine
data: { kind: cassandra, contactPoints: ['127.0.0.1:9042'], keyspace: bytecopy }
index: { kind: elasticsearch, nodes: ['http://127.0.0.1:9200'] }
stores:
  archive: { data: { kind: hbase, gateways: ['http://127.0.0.1:8080'] }, folder: /srv/archive }
  local: {}
`,
  'test.yaml',
);

test("without --store: the config file's own layers, with its folder for what writers keep", () => {
  const place = storePlace({}, CONFIG, {});
  expect(place).toMatchObject({ name: 'cassandra and elasticsearch', path: './mine' });
  expect(storeOptionsOf(place)).toMatchObject({ data: { kind: 'cassandra', keyspace: 'bytecopy' }, area: '' });
  expect(isFolder(place)).toBe(false);
});

test('--store takes a name of the config file', () => {
  expect(storePlace({ store: 'archive' }, CONFIG, {})).toMatchObject({
    name: 'archive',
    path: '/srv/archive',
    data: { kind: 'hbase' },
  });
  const local = storePlace({}, CONFIG, { BYTECOPY_STORE: 'local' });
  expect([local.path, isFolder(local)]).toEqual(['bytecopy-stores/local', true]);
});

test('any other --store is a folder, embedded whatever the config file says', () => {
  const place = storePlace({ store: './archive' }, CONFIG, {});
  expect([place.path, isFolder(place)]).toEqual(['./archive', true]);
});

test('a pinned recording is an area of the same store', () => {
  expect(storePlace({ recording: 'crash' }, CONFIG, {}).area).toBe('pin-crash');
});

test.each([
  ['data: { kind: mongo }', 'data.kind'],
  ['data: { kind: level, path: x }', 'path'],
  ['data: { kind: cassandra }', 'data.contactPoints'],
  ['index: { kind: elasticsearch, nodes: ["http://a"], area: x }', 'area'],
  ['stores: { "a/b": {} }', 'a/b'],
])('%s is refused', (text, message) => {
  expect(() => parseConfig(text, 'test.yaml')).toThrow(message);
});

test('a store is never found on the prototype, and a variable that is set to nothing is not set', () => {
  expect(storePlace({ store: 'constructor' }, CONFIG, {}).path).toBe('constructor');
  expect(storePlace({}, CONFIG, { BYTECOPY_STORE: '' }).path).toBe('./mine');
  expect(() => storePlace({ store: '' }, CONFIG, {})).toThrow('--store names nothing');
});
