/**
 * Learnt values put into bodies of HTTP requests: codings are undone and applied again, length and chunks mended (the
 * parser's rewriting, set up once for all requests).
 */
import type { ByteCount } from '../../core/index.ts';
import { type BodyView, RequestRewriter } from '../../parser/index.ts';
import { type FoundValue, findValues, type Replaced } from './find-values.ts';
import type { LearntValue } from './learnt-value.ts';
import { latin1Of } from './octets.ts';
import { type WrittenPlace, withValues } from './write-value.ts';

/** Longer bodies stay as they are. */
export const MAX_BODY_BYTES: ByteCount = 4 * 1024 * 1024;
const BINARY_TYPE = /protobuf|grpc|thrift|msgpack|octet-stream|avro|cbor/;
/** Control characters but white space. */
const BINARY_OCTETS = /[^\t-\r -\xff]/;

export class BodyReplacer {
  readonly #rewriter = new RequestRewriter({ body: (view) => this.#newBody(view) });
  #values: readonly LearntValue[] = [];
  #found: readonly FoundValue[] = [];

  /** @returns the whole request; undefined where nothing in its body is to be replaced */
  replace(bytes: Uint8Array, headByteCount: number, values: readonly LearntValue[]): Replaced | undefined {
    this.#values = values;
    this.#found = [];
    const parts = this.#rewriter.rewrite({ parts: [bytes], headByteCount });
    if (this.#found.length === 0) return undefined;
    const [first] = parts;
    return { bytes: first !== undefined && parts.length === 1 ? first : Buffer.concat(parts), found: this.#found };
  }

  #newBody(view: BodyView): Uint8Array {
    if (!view.complete || view.bytes.length > MAX_BODY_BYTES) return view.bytes;
    const text = latin1Of(view.bytes);
    const place = placeOf(view.mediaType, text);
    this.#found = findValues(
      text,
      this.#values,
      // Lengths within a binary body would not fit any more.
      ({ recorded, replacement }) => place !== 'binary' || recorded.length === replacement.length,
    );
    if (this.#found.length === 0) return view.bytes;
    const written = place === 'binary' ? 'raw' : place;
    return Buffer.from(
      withValues(text, this.#found, () => written),
      'latin1',
    );
  }
}

function placeOf(mediaType: string, text: string): WrittenPlace | 'binary' {
  if (mediaType === 'application/x-www-form-urlencoded') return 'form';
  if (mediaType.startsWith('multipart/')) return 'raw';
  if (BINARY_TYPE.test(mediaType) || BINARY_OCTETS.test(text)) return 'binary';
  return mediaType.includes('json') || /^\s*[[{]/.test(text) ? 'json' : 'raw';
}
