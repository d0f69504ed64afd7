/** Where two copies of the same bytes agree, and where they do not. */
import type { ByteCount } from '../../core/index.ts';

/** Is told a run of bytes, all of which differ or are equal. */
export type RunListener = (position: number, byteCount: ByteCount, differs: boolean) => void;

/** Tells runs of equal and of differing bytes, by their offset within the range. */
export function compareRuns(
  one: Uint8Array,
  oneStart: number,
  other: Uint8Array,
  otherStart: number,
  byteCount: ByteCount,
  tell: RunListener,
): void {
  if (areEqual(one, oneStart, other, otherStart, byteCount)) {
    tell(0, byteCount, false);
    return;
  }
  for (let i = 0; i < byteCount; ) {
    const runStart = i;
    const differs = one[oneStart + i] !== other[otherStart + i];
    do i++;
    while (i < byteCount && (one[oneStart + i] !== other[otherStart + i]) === differs);
    tell(runStart, i - runStart, differs);
  }
}

/** Nearly always true: a native comparison is ten times as fast as one by byte. */
function areEqual(
  one: Uint8Array,
  oneStart: number,
  other: Uint8Array,
  otherStart: number,
  byteCount: ByteCount,
): boolean {
  const first = Buffer.from(one.buffer, one.byteOffset + oneStart, byteCount);
  const second = Buffer.from(other.buffer, other.byteOffset + otherStart, byteCount);
  return first.equals(second);
}
