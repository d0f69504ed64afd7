/**
 * Changes what is named about a stored request and leaves every other byte as it is.
 *
 *   POST /path?query HTTP/1.1 CRLF     target-edit.ts, query-edit.ts
 *   Name: value CRLF  …  CRLF          field-edits.ts
 *   body                               body-edit.ts
 *
 * A request without header section (HTTP/0.9) stays as it is.
 */
import { latin1 } from '../../latin1.ts';
import type { ViewableMessage } from '../view/message-bytes.ts';
import { BodyEdit } from './body-edit.ts';
import { type FieldEdit, FieldEdits } from './field-edits.ts';
import { checkEdits, type RequestEdits } from './request-edits.ts';
import { TargetEdit } from './target-edit.ts';

export type RewritableRequest = ViewableMessage;

/** Bodies up to this size are copied behind the new head, so that a request is one write. */
const MAX_JOINED_BODY_BYTES = 16 * 1024;

/** Works on any Uint8Array; much cheaper than `Buffer.from`. */
const latin1Write = (Buffer.prototype as unknown as { latin1Write(text: string, at: number): number }).latin1Write;

/** One set of edits applied to many requests. */
export class RequestRewriter {
  readonly #edits: readonly FieldEdit[];
  readonly #fields: FieldEdits;
  readonly #target: TargetEdit;
  readonly #body: BodyEdit | undefined;
  #last: { readonly more: readonly FieldEdit[]; readonly fields: FieldEdits };

  /** @throws BytecopyError `REWRITE_INVALID` (exit code 2) where an edit would break a request apart */
  constructor(edits: RequestEdits) {
    checkEdits(edits);
    const { setHeaders = [], removeHeaders = [], host, body } = edits;
    const set = host === undefined ? setHeaders : [...setHeaders, ['Host', host] as const];
    // One edit a name: the last value given, and a name that is set is not removed.
    const byName = new Map<string, FieldEdit>();
    for (const name of removeHeaders) byName.set(name.toLowerCase(), { name, value: undefined });
    for (const [name, value] of set) byName.set(name.toLowerCase(), { name, value });
    this.#edits = [...byName.values()];
    this.#fields = new FieldEdits(this.#edits);
    this.#last = { more: [], fields: this.#fields };
    this.#target = new TargetEdit(edits);
    this.#body = body === undefined ? undefined : new BodyEdit(body, edits);
  }

  /** @returns the bytes to send, in order; parts of the body are the given ones or views of them */
  rewrite(request: RewritableRequest): readonly Uint8Array[] {
    const { parts, headByteCount } = request;
    const first = parts[0];
    if (first === undefined) return parts;
    if (first.length < headByteCount) return this.rewrite({ ...request, parts: [Buffer.concat(parts)] });
    const head = latin1(first, 0, headByteCount);
    const fieldsAt = head.indexOf('\n') + 1;
    if (fieldsAt === 0 || fieldsAt >= headByteCount) return parts;
    const line = `${this.#target.apply(head, fieldsAt - 1)}\n`;
    const body = this.#body?.apply(request);
    if (body === undefined) return withBody(line + this.#fields.apply(head, fieldsAt), first, headByteCount, parts);
    const { bytes, fieldEdits } = body;
    return withBody(line + this.#fieldsWith(fieldEdits).apply(head, fieldsAt), bytes, 0, [bytes]);
  }

  /** Bodies of one length need the same edits: the last ones are kept. */
  #fieldsWith(more: readonly FieldEdit[]): FieldEdits {
    if (more.length === 0) return this.#fields;
    const last = this.#last;
    const isSame = (edit: FieldEdit, i: number) =>
      last.more[i]?.name === edit.name && last.more[i]?.value === edit.value;
    if (last.more.length === more.length && more.every(isSame)) return last.fields;
    const fields = new FieldEdits([...this.#edits, ...more]);
    this.#last = { more, fields };
    return fields;
  }
}

/**
 * Head and body as parts.
 *
 * @param first the body's first part, from `bodyStart` on; `parts[0]`
 */
function withBody(
  head: string,
  first: Uint8Array,
  bodyStart: number,
  parts: readonly Uint8Array[],
): readonly Uint8Array[] {
  const bodyBytes = first.length - bodyStart;
  const isJoined = bodyBytes <= MAX_JOINED_BODY_BYTES;
  const out = Buffer.allocUnsafe(head.length + (isJoined ? bodyBytes : 0));
  latin1Write.call(out, head, 0);
  if (!isJoined) return [out, first.subarray(bodyStart), ...parts.slice(1)];
  if (bodyBytes > 0) out.set(bodyStart === 0 ? first : first.subarray(bodyStart), head.length);
  return parts.length === 1 ? [out] : [out, ...parts.slice(1)];
}

/** {@link RequestRewriter} for one request. */
export function rewriteRequest(request: RewritableRequest, edits: RequestEdits): readonly Uint8Array[] {
  return new RequestRewriter(edits).rewrite(request);
}
