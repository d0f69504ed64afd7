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
import { RequestLine } from '../request-line.ts';
import type { ViewableMessage } from '../view/message-bytes.ts';
import { BodyEdit, type NewBody } from './body-edit.ts';
import { type FieldEdit, growthOf, type Replacement, removeField, setField, writeHead } from './field-edits.ts';
import { checkEdits, type RequestEdits } from './request-edits.ts';
import { TargetEdit } from './target-edit.ts';

const LF = 0x0a;
const SLASH = 0x2f;

export type RewritableRequest = ViewableMessage;

/** Bodies up to this size are copied behind the new head, so that a request is one write. */
const MAX_JOINED_BODY_BYTES = 16 * 1024;

/** One set of edits applied to many requests. */
export class RequestRewriter {
  readonly #fields: readonly FieldEdit[];
  readonly #growth: number;
  readonly #target: TargetEdit;
  readonly #body: BodyEdit | undefined;
  readonly #line = new RequestLine();
  #seen: Uint8Array;

  /** @throws BytecopyError `REWRITE_INVALID` (exit code 2) where an edit would break a request apart */
  constructor(edits: RequestEdits) {
    checkEdits(edits);
    const { setHeaders = [], removeHeaders = [], host, body } = edits;
    const set = host === undefined ? setHeaders : [...setHeaders, ['Host', host] as const];
    // One edit a name: the last value given, and a name that is set is not removed.
    const byName = new Map<string, FieldEdit>();
    for (const name of removeHeaders) byName.set(name.toLowerCase(), removeField(name));
    for (const [name, value] of set) byName.set(name.toLowerCase(), setField(name, value));
    this.#fields = [...byName.values()];
    this.#growth = growthOf(this.#fields);
    this.#seen = new Uint8Array(this.#fields.length);
    this.#target = new TargetEdit(edits);
    this.#body = body === undefined ? undefined : new BodyEdit(body, edits);
  }

  /** @returns the bytes to send, in order; parts of the body are the given ones or views of them */
  rewrite(request: RewritableRequest): readonly Uint8Array[] {
    const { parts, headByteCount } = request;
    const first = parts[0];
    if (first === undefined) return parts;
    if (first.length < headByteCount) return this.rewrite({ ...request, parts: [Buffer.concat(parts)] });
    const fieldsAt = first.indexOf(LF) + 1;
    if (fieldsAt === 0 || fieldsAt >= headByteCount) return parts;
    const target = this.#newTarget(first, fieldsAt);
    const body = this.#body?.apply(request);
    return body === undefined
      ? this.#withOldBody(parts, headByteCount, fieldsAt, target)
      : this.#withNewBody(first, headByteCount, fieldsAt, target, body);
  }

  #withOldBody(
    parts: readonly Uint8Array[],
    headEnd: number,
    fieldsAt: number,
    target: Replacement | undefined,
  ): readonly Uint8Array[] {
    const first = parts[0] as Uint8Array;
    const bodyBytes = first.length - headEnd;
    const joined = bodyBytes <= MAX_JOINED_BODY_BYTES ? bodyBytes : 0;
    const out = Buffer.allocUnsafe(headEnd + this.#growth + (target?.octets.length ?? 0) + joined);
    let at = writeHead(out, first, fieldsAt, headEnd, this.#fields, this.#seen, target);
    if (joined > 0) {
      out.set(first.subarray(headEnd), at);
      at += joined;
    }
    const head = out.subarray(0, at);
    if (joined === bodyBytes && parts.length === 1) return [head];
    const rest = parts.slice(1);
    return joined === bodyBytes ? [head, ...rest] : [head, first.subarray(headEnd), ...rest];
  }

  #withNewBody(
    bytes: Uint8Array,
    headEnd: number,
    fieldsAt: number,
    target: Replacement | undefined,
    { bytes: body, fieldEdits }: NewBody,
  ): readonly Uint8Array[] {
    const fields = [...this.#fields, ...fieldEdits];
    if (this.#seen.length < fields.length) this.#seen = new Uint8Array(fields.length);
    const joined = body.length <= MAX_JOINED_BODY_BYTES ? body.length : 0;
    const out = Buffer.allocUnsafe(headEnd + growthOf(fields) + (target?.octets.length ?? 0) + joined);
    const at = writeHead(out, bytes, fieldsAt, headEnd, fields, this.#seen, target);
    if (joined < body.length) return [out.subarray(0, at), body];
    out.set(body, at);
    return [out.subarray(0, at + joined)];
  }

  /** Undefined where it stays. A new host alone changes only targets in absolute form, which begin with no slash. */
  #newTarget(bytes: Uint8Array, fieldsAt: number): Replacement | undefined {
    const edit = this.#target;
    if (!edit.editsAbsolute) return undefined;
    const line = this.#line;
    if (line.read(bytes, 0, fieldsAt) < 0) return undefined;
    const { targetStart: start, targetEnd: end } = line;
    if (!edit.editsAny && bytes[start] === SLASH) return undefined;
    const target = latin1(bytes, start, end);
    const edited = edit.apply(target, line.verb);
    return edited === target ? undefined : { start, end, octets: Buffer.from(edited, 'latin1') };
  }
}

/** {@link RequestRewriter} for one request. */
export function rewriteRequest(request: RewritableRequest, edits: RequestEdits): readonly Uint8Array[] {
  return new RequestRewriter(edits).rewrite(request);
}
