/**
 * Bytes for people:
 *
 *   00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|
 */
import type { ByteCount } from '../../core/index.ts';

const ROW_BYTES = 16;

export function renderHexDump(bytes: Uint8Array, maxBytes: ByteCount): string {
  const rows: string[] = [];
  for (let start = 0; start < Math.min(bytes.length, maxBytes); start += ROW_BYTES) {
    const row = bytes.subarray(start, Math.min(start + ROW_BYTES, maxBytes));
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, '0'));
    const left = hex.slice(0, 8).join(' ').padEnd(23);
    const right = hex.slice(8).join(' ').padEnd(23);
    const text = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    rows.push(`${start.toString(16).padStart(8, '0')}  ${left}  ${right}  |${text}|`);
  }
  return rows.join('\n');
}
