/** Body bytes to text, where they are text. */
import { TextDecoder } from 'node:util';
import type { BodyView } from './body-view.ts';

export interface BodyText {
  readonly text: string;
  /** Name of the charset it was read with, in the WHATWG spelling, such as `utf-8` or `windows-1252`. */
  readonly charset: string;
}

/**
 * The body as text: by its byte order mark, by the declared charset, or as UTF-8.
 *
 * @param view of which `bytes` may be a beginning: a character cut in two at the end is left out then
 * @returns undefined where the bytes are no text in that charset, or hold a NUL
 */
export function readBodyText({
  bytes,
  charset,
  complete,
}: Pick<BodyView, 'bytes' | 'charset' | 'complete'>): BodyText | undefined {
  const decoder = decoderFor(byteOrderMark(bytes) ?? charset);
  try {
    const text = decoder.decode(bytes, { stream: !complete });
    return text.includes('\0') ? undefined : { text, charset: decoder.encoding };
  } catch {
    return undefined;
  }
}

function byteOrderMark([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

/** For an unknown charset UTF-8, which fails on nearly everything that is not. */
function decoderFor(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset === '' ? 'utf-8' : charset, { fatal: true });
  } catch {
    return new TextDecoder('utf-8', { fatal: true });
  }
}
