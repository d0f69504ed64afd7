import { expect, test } from 'vitest';
import { KEY_BYTES, seal, toKeyRing, toSecretKey } from '../../../../core/index.ts';
import { ValueOpener } from '../../../../parser/sealing/value-opener.ts';

const KEY = toSecretKey(new Uint8Array(KEY_BYTES).fill(1));
const OTHER = toSecretKey(new Uint8Array(KEY_BYTES).fill(2));
const sealedWith = (key: typeof KEY, text: string): Uint8Array =>
  seal(key, Buffer.from(text), new Uint8Array(12).fill(text.length));

test('a value met before is opened once, and is the same', () => {
  const opener = new ValueOpener(toKeyRing([KEY]));
  const first = opener.open(KEY.id, sealedWith(KEY, 'a token'));
  expect(first.kind === 'plain' && Buffer.from(first.bytes).toString()).toBe('a token');
  expect(opener.open(KEY.id, sealedWith(KEY, 'a token'))).toBe(first);
});

test('a value opened before stays closed under the id of another key, and where a bit of it was changed', () => {
  const opener = new ValueOpener(toKeyRing([KEY, OTHER]));
  const sealed = sealedWith(KEY, 'a token');
  expect(opener.open(KEY.id, sealed).kind).toBe('plain');
  expect(opener.open(OTHER.id, sealed)).toEqual({ kind: 'sealed', problem: 'tampered' });
  sealed[sealed.length - 1] = (sealed[sealed.length - 1] as number) ^ 1;
  expect(opener.open(KEY.id, sealed)).toEqual({ kind: 'sealed', problem: 'tampered' });
});

test('more values than are remembered are opened all the same', () => {
  const opener = new ValueOpener(toKeyRing([KEY]));
  for (let n = 0; n < 10_000; n++) {
    const text = `token ${n}`;
    const opened = opener.open(KEY.id, sealedWith(KEY, text));
    expect(opened.kind === 'plain' && Buffer.from(opened.bytes).toString()).toBe(text);
  }
});
