/** Finds given bytes in the streams of flows, also where they go over the border of chunks. */
import { type ByteCount, BytecopyError, type DataChunk, type Direction, type FlowId } from '../../core/index.ts';
import type { StreamSpan } from './flow-trace.ts';

const MAX_TEXT_BYTES: ByteCount = 1024;
const ESCAPE = /\\(x[0-9a-fA-F]{2}|[rnt\\])/g;
const NAMED: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };

/**
 * `--text`: UTF-8, with `\r`, `\n`, `\t`, `\\` and `\x00` for any octet.
 *
 * @throws BytecopyError `USAGE` (exit code 2) for nothing, or for more than {@link MAX_TEXT_BYTES}
 */
export function parseSearchedText(text: string): Uint8Array {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const match of text.matchAll(ESCAPE)) {
    const [all, code = ''] = match;
    pieces.push(Buffer.from(text.slice(from, match.index)));
    pieces.push(Buffer.from(NAMED[code] ?? String.fromCharCode(Number.parseInt(code.slice(1), 16)), 'latin1'));
    from = match.index + all.length;
  }
  const bytes = Buffer.concat([...pieces, Buffer.from(text.slice(from))]);
  if (bytes.length === 0 || bytes.length > MAX_TEXT_BYTES) {
    throw new BytecopyError('USAGE', `--text has ${bytes.length} bytes`, {
      hint: `write 1 to ${MAX_TEXT_BYTES}; \\x00 stands for any octet`,
      exitCode: 2,
    });
  }
  return bytes;
}

export class TextSearch {
  readonly #text: Buffer;
  /** The last bytes of each direction, fewer than the text has, of flows that are open. */
  readonly #tails = new Map<FlowId, [Buffer, Buffer]>();

  constructor(text: Uint8Array) {
    this.#text = Buffer.from(text);
  }

  /** @returns where the text ends within the chunk; it may begin before it */
  find({ flow, direction, offset, bytes }: DataChunk): readonly StreamSpan[] {
    const tail = this.#tails.get(flow.id)?.[direction] ?? NOTHING;
    const data =
      tail.length === 0 ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) : Buffer.concat([tail, bytes]);
    const from = offset - tail.length;
    const found: StreamSpan[] = [];
    for (let at = data.indexOf(this.#text); at >= 0; at = data.indexOf(this.#text, at + this.#text.length)) {
      found.push({ direction, offset: from + at, byteCount: this.#text.length });
    }
    this.#keep(flow.id, direction, data);
    return found;
  }

  /** The direction goes on somewhere else, or ends. */
  interrupt(flow: FlowId, direction: Direction): void {
    const tails = this.#tails.get(flow);
    if (tails === undefined) return;
    tails[direction] = NOTHING;
    if (tails[0].length + tails[1].length === 0) this.#tails.delete(flow);
  }

  #keep(flow: FlowId, direction: Direction, data: Buffer): void {
    const kept = Math.min(data.length, this.#text.length - 1);
    if (kept === 0) return;
    let tails = this.#tails.get(flow);
    if (tails === undefined) {
      tails = [NOTHING, NOTHING];
      this.#tails.set(flow, tails);
    }
    tails[direction] = Buffer.from(data.subarray(data.length - kept));
  }
}

const NOTHING = Buffer.alloc(0);
