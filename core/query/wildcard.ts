/**
 * Wildcard match: `*` any run of characters, `?` one.
 *
 * Only the last `*` is ever tried again, so the time is at most text × pattern, never exponential.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let atPattern = 0;
  let atText = 0;
  let star = -1;
  let starText = 0;
  while (atText < text.length) {
    const wanted = pattern[atPattern];
    if (wanted === '*') {
      star = atPattern++;
      starText = atText;
    } else if (wanted !== undefined && (wanted === '?' || wanted === text[atText])) {
      atPattern++;
      atText++;
    } else if (star >= 0) {
      atPattern = star + 1;
      atText = ++starText;
    } else {
      return false;
    }
  }
  while (pattern[atPattern] === '*') atPattern++;
  return atPattern === pattern.length;
}
