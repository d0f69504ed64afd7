/**
 * The head of a message, or the trailer section behind its body: the target, the reason phrase and the values of fields.
 * Fields that say how the body is framed and what it is, the date, and those that carry the trace stay, unless a rule names them.
 */

import { RequestLine } from '../http1/request-line.ts';
import { StatusLine } from '../http1/status-line.ts';
import { latin1 } from '../latin1.ts';
import { shownSchemeLength } from '../sealing/secret-names.ts';
import { DEFAULT_TRACE_HEADERS } from '../trace/trace-headers.ts';
import { type LineForm, maskLine } from './line-mask.ts';
import type { MaskRun } from './mask-run.ts';

/** Octets that stand instead of others, as latin1. */
export interface HeadEdit {
  readonly start: number;
  readonly end: number;
  readonly octets: string;
}

/** Nobody changes them: where the body ends hangs on them. */
const FRAMING = new Set(['content-length', 'transfer-encoding', 'content-encoding', 'te', 'trailer']);
/** Only rules that name them do. */
const TELLING = new Set(['content-type', 'date', 'connection', 'upgrade', ...DEFAULT_TRACE_HEADERS]);

const LINE = /[^\n]*\n?/g;
/** Ends a line for some and is part of the value for others. */
const LONE_CR = /\r(?!\n)/;

const requestLine = new RequestLine();
const statusLine = new StatusLine();

export interface HeadField {
  /** In lower case. */
  readonly name: string;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** @returns undefined where it cannot be told what is what */
export function headEdits(
  bytes: Uint8Array,
  headEnd: number,
  side: 'request' | 'response',
  run: MaskRun,
): readonly HeadEdit[] | undefined {
  const head = latin1(bytes, 0, headEnd);
  if (LONE_CR.test(head)) return undefined;
  const edits: HeadEdit[] = [];
  const fieldsAt = side === 'request' ? targetEdit(bytes, head, run, edits) : reasonEdit(bytes, head, run, edits);
  if (fieldsAt < 0) return undefined;
  return fieldEdits(head, fieldsAt, run, edits) ? edits : undefined;
}

/** @param head as latin1 @returns false where a line is no field */
export function fieldEdits(head: string, from: number, run: MaskRun, edits: HeadEdit[]): boolean {
  const fields = fieldsOf(head, from);
  if (fields === undefined) return false;
  for (const { name, valueStart, valueEnd } of fields) {
    if (FRAMING.has(name)) continue;
    const value = head.slice(valueStart, valueEnd);
    const octets = maskLine(value, formOf(name, value, run), TELLING.has(name) ? namedOnly(run, name) : run);
    if (octets !== undefined) edits.push({ start: valueStart, end: valueEnd, octets });
  }
  return true;
}

/** With the lines folded into them. @returns undefined where a line is none */
export function fieldsOf(head: string, from: number): readonly HeadField[] | undefined {
  const fields: { name: string; valueStart: number; valueEnd: number }[] = [];
  for (const { 0: line, index } of head.slice(from).matchAll(LINE)) {
    const text = line.trimEnd();
    if (text === '') break;
    const at = from + index;
    const end = at + text.length;
    if (line[0] === ' ' || line[0] === '\t') {
      const above = fields.at(-1);
      if (above === undefined) return undefined;
      above.valueEnd = end;
      continue;
    }
    const colon = text.indexOf(':');
    if (colon <= 0) return undefined;
    const rest = text.slice(colon + 1);
    const valueStart = at + colon + 1 + (rest.length - rest.trimStart().length);
    fields.push({ name: text.slice(0, colon).trim().toLowerCase(), valueStart, valueEnd: Math.max(valueStart, end) });
  }
  return fields;
}

function formOf(name: string, value: string, run: MaskRun): LineForm {
  switch (name) {
    case 'cookie':
    case 'cookie2':
      return { isTarget: false, whole: { header: name }, cookies: 'all' };
    case 'set-cookie':
    case 'set-cookie2':
      return { isTarget: false, whole: { header: name }, cookies: 'first' };
    default: {
      const secret = run.names.isSecret(name);
      return { isTarget: false, whole: { header: name, secret, shown: secret ? shownSchemeLength(value) : 0 } };
    }
  }
}

/** Nothing is looked for in what machines need, unless it is asked for by name. */
function namedOnly(run: MaskRun, name: string): MaskRun {
  return run.limitedTo((rule) => rule.places?.some((place) => place.kind === 'header' && place.name === name) === true);
}

/** @returns position behind the line, -1 where it is none */
function targetEdit(bytes: Uint8Array, head: string, run: MaskRun, edits: HeadEdit[]): number {
  const fieldsAt = requestLine.read(bytes, 0, head.length);
  if (fieldsAt < 0) return -1;
  const { targetStart, targetEnd } = requestLine;
  const octets = maskTarget(head.slice(targetStart, targetEnd), run);
  if (octets !== undefined) edits.push({ start: targetStart, end: targetEnd, octets });
  return fieldsAt;
}

/** @returns undefined where nothing changes */
export function maskTarget(target: string, run: MaskRun): string | undefined {
  return maskLine(target, { isTarget: true, whole: {} }, run);
}

function reasonEdit(bytes: Uint8Array, head: string, run: MaskRun, edits: HeadEdit[]): number {
  // An answer of HTTP/0.9 has no head.
  if (head === '') return 0;
  const fieldsAt = statusLine.read(bytes, 0, head.length);
  if (fieldsAt < 0) return -1;
  const [, before = '', reason = ''] = /^(\S+ +\d+ ?)([^\r\n]*)/.exec(head) ?? [];
  const octets = maskLine(reason, { isTarget: false, whole: {} }, run);
  if (octets !== undefined) edits.push({ start: before.length, end: before.length + reason.length, octets });
  return fieldsAt;
}

/** Path and operation as the parser tells them of such a request. */
export function pathOf(bytes: Uint8Array): { readonly path: string; readonly operation: string } | undefined {
  if (requestLine.read(bytes, 0, bytes.length) < 0) return undefined;
  const { path, operation } = requestLine;
  return { path, operation };
}

/** @param edits in order, apart from each other */
export function withEdits(text: string, edits: readonly HeadEdit[]): string {
  let out = '';
  let at = 0;
  for (const { start, end, octets } of edits) {
    out += text.slice(at, start) + octets;
    at = end;
  }
  return out + text.slice(at);
}
