/** A stretch of bytes to take out of a message, and what stands there instead. */
export interface Cut {
  /** Counts from the first byte looked at. */
  readonly start: number;
  readonly end: number;
  /** The octet that fills it. */
  readonly filler: number;
}

/** `*`: a token character in header fields and URLs, ordinary in JSON strings and forms, UTF-8 in Thrift. */
export const FILLER = 0x2a;
/** `9`: what fills a number of JSON is a number. */
export const NUMBER_FILLER = 0x39;

/** In order, none empty, none over another. */
export function inOrder(cuts: readonly Cut[]): readonly Cut[] {
  if (cuts.length === 1) return cuts;
  const sorted = [...cuts].sort((one, other) => one.start - other.start || other.end - one.end);
  const ordered: Cut[] = [];
  let end = 0;
  for (const cut of sorted) {
    const start = Math.max(cut.start, end);
    if (cut.end <= start) continue;
    ordered.push(start === cut.start ? cut : { ...cut, start });
    end = cut.end;
  }
  return ordered;
}
