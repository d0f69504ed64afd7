/**
 * A body by what it is declared to be: Thrift, a form, JSON, any other text. What is declared to be none of them and no
 * text in a charset that can be written again, is unreadable.
 */
import { TextDecoder } from 'node:util';
import { type BodyText, readBodyText } from '../http1/view/body-text.ts';
import type { BodyView } from '../http1/view/body-view.ts';
import { latin1 } from '../latin1.ts';
import type { ThriftNames } from '../thrift/idl/thrift-names.ts';
import { isThriftContentType } from '../thrift/view/thrift-view.ts';
import { maskForm, maskMultipart } from './form-mask.ts';
import { maskJson } from './json-mask.ts';
import { ANYWHERE, type MaskRun } from './mask-run.ts';
import { maskThrift } from './thrift-mask.ts';

const SINGLE_OCTETS = /^(?:windows-125[0-8]|iso-8859-\d+)$/;

/**
 * @param view of the whole body, its codings undone
 * @param contentType as sent
 * @returns the same octets where nothing changes; undefined where it cannot be read
 */
export function maskBody(
  view: BodyView,
  contentType: string,
  idl: ThriftNames | undefined,
  run: MaskRun,
): Uint8Array | undefined {
  const { bytes, mediaType } = view;
  if (isThriftContentType(contentType)) return maskThrift(bytes, idl, true, run);
  if (mediaType.startsWith('multipart/')) {
    const octets = latin1(bytes, 0, bytes.length);
    return written(octets, maskMultipart(octets, contentType, run), bytes, 'latin1');
  }
  const body = readText(view);
  if (body === undefined) return undefined;
  const { text, encoding } = body;
  if (mediaType === 'application/x-www-form-urlencoded') return written(text, maskForm(text, run), bytes, encoding);
  const isJson = mediaType.includes('json');
  if (isJson || /^\s*[{[]/.test(text)) {
    const masked = maskJson(text, run);
    // What only begins like JSON is a text; what is said to be JSON and is none hides its fields.
    if (masked !== undefined || isJson) return written(text, masked, bytes, encoding);
  }
  return written(text, run.mask(text, ANYWHERE)?.text ?? text, bytes, encoding);
}

/** Declared or not, and without the byte order mark of another. */
function isUtf8({ charset, bytes }: BodyView): boolean {
  return (charset === '' || charset === 'utf-8') && bytes[0] !== 0xff && bytes[0] !== 0xfe;
}

interface Readable extends Pick<BodyText, 'text'> {
  readonly encoding: 'utf8' | 'latin1' | 'utf16le';
}

/** Made once: a decoder costs more than what it decodes. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

function readText(view: BodyView): Readable | undefined {
  if (isUtf8(view)) {
    try {
      const text = utf8.decode(view.bytes);
      return text.includes('\0') ? undefined : { text, encoding: 'utf8' };
    } catch {
      return undefined;
    }
  }
  const body = readBodyText(view);
  if (body === undefined) return undefined;
  const { text, charset } = body;
  switch (charset) {
    case 'utf-8':
      return { text, encoding: 'utf8' };
    case 'utf-16le':
      return { text, encoding: 'utf16le' };
    default:
      // ASCII is the same in them; all else keeps its octets.
      if (!SINGLE_OCTETS.test(charset)) return undefined;
      return { text: latin1(view.bytes, 0, view.bytes.length), encoding: 'latin1' };
  }
}

function written(
  before: string,
  after: string | undefined,
  bytes: Uint8Array,
  encoding: Readable['encoding'],
): Uint8Array | undefined {
  if (after === undefined) return undefined;
  return after === before ? bytes : Buffer.from(after, encoding);
}
