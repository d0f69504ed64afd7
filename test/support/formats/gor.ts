/** `.gor` text as GoReplay writes it, and its documented reader, written from the description and not from our code. */

const SEPARATOR = '\n🐵🙈🙉\n';

/** One record: META of type, id, time and perhaps latency, then the payload. */
export function gorRecord(meta: string, payload: string): string {
  return `${meta}\n${payload}${SEPARATOR}`;
}

export interface PlainRecord {
  readonly meta: readonly string[];
  readonly payload: string;
}

/**
 * GoReplay's `input-file`: lines ended by LF; a line equal to the separator without its first byte ends a record, which
 * is all bytes before it minus one LF; META ends at the first LF; records whose META has fewer than three fields are
 * skipped; a record without an end is discarded.
 */
export function readAsGoReplay(file: Uint8Array): readonly PlainRecord[] {
  const records: PlainRecord[] = [];
  let record = '';
  const text = Buffer.from(file).toString('latin1');
  const last = Buffer.from(SEPARATOR).toString('latin1').slice(1);
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    if (end < 0) break;
    const line = text.slice(start, end + 1);
    start = end + 1;
    if (line !== last) {
      record += line;
      continue;
    }
    const whole = record.slice(0, -1);
    record = '';
    const meta = whole.slice(0, whole.indexOf('\n')).split(' ');
    if (meta.length >= 3) records.push({ meta, payload: whole.slice(whole.indexOf('\n') + 1) });
  }
  return records;
}
