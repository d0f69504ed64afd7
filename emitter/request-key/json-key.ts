/** A key out of a JSON body: transfer and content codings undone, the text walked and no tree made of it. */
import type { ByteCount } from '../../core/index.ts';
import { viewBody } from '../../parser/index.ts';
import { jsonStringText, locateJson } from '../rules/json/locate-json.ts';
import type { RequestKey } from './key.ts';

/** Longer bodies, decoded, have no key: walking them costs some ms a MiB. */
const MAX_BODY_BYTES: ByteCount = 1024 * 1024;

/**
 * Strings as their text, numbers as they stand there (so that ids beyond 2^53 keep their digits), `true` and `false`;
 * nothing for `null`, objects and arrays. Of members of one name the last counts, as for common readers.
 */
export function jsonKey(steps: readonly (string | number)[]): RequestKey {
  return ({ protocol, request }) => {
    if (protocol !== 'http1' || request === undefined) return '';
    if (request.byteCount <= request.headByteCount || request.byteCount > request.headByteCount + 2 * MAX_BODY_BYTES)
      return '';
    const { bytes, complete } = viewBody(request, { maxBytes: MAX_BODY_BYTES });
    if (!complete || bytes.length > MAX_BODY_BYTES) return '';
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const place = locateJson(text, steps)?.values.at(-1);
    return place === undefined ? '' : scalarText(text.slice(place.start, place.end));
  };
}

/** @param json octets of one value */
function scalarText(json: string): string {
  switch (json[0]) {
    case '{':
    case '[':
    case 'n':
      return '';
    case '"':
      return jsonStringText(json) ?? '';
    default:
      return json;
  }
}
