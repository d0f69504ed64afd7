/**
 * Distinct values of a field, by seeking from one to behind its postings: what wildcards, ranges and existence name.
 *
 * A key has the length of its value before it, so values that begin with the same text lie in as many places as they
 * have lengths; each is sought in its turn.
 */
import type { LevelFolder } from './level-folder.ts';
import { prefixEnd, termPrefix } from './posting-fields.ts';

const LAST_LENGTH = 255;

/**
 * @param head what the values begin with; nothing for all of them
 * @param maxValues values looked at
 * @returns undefined where there are more
 */
export async function distinctValues(
  folder: LevelFolder,
  field: number,
  head: Uint8Array,
  maxValues: number,
): Promise<readonly Buffer[] | undefined> {
  const keys = folder.keys({ gte: seekKey(field, head.length, head), lt: Buffer.of(field + 1) });
  const values: Buffer[] = [];
  try {
    for (let key = await keys.next(); key !== undefined; key = await keys.next()) {
      const length = key[1] ?? 0;
      const value = key.subarray(2, 2 + length);
      const order = Buffer.compare(value.subarray(0, head.length), head);
      if (order < 0) {
        keys.seek(seekKey(field, length, head));
      } else if (order > 0) {
        if (length >= LAST_LENGTH) return values;
        keys.seek(seekKey(field, length + 1, head));
      } else {
        if (values.length === maxValues) return undefined;
        values.push(Buffer.from(value));
        const end = prefixEnd(key.subarray(0, 2 + length));
        if (end === undefined || end[0] !== field) return values;
        keys.seek(end);
      }
    }
    return values;
  } finally {
    await keys.close();
  }
}

/** Where values of a length begin that begin with a head. */
function seekKey(field: number, length: number, head: Uint8Array): Buffer {
  const prefix = termPrefix(field, head);
  prefix[1] = length;
  return prefix;
}
