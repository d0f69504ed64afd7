/**
 * Trace context of a message, from a configurable list of headers; the first one present in list order wins.
 *
 *   traceparent       00-TRACE-SPAN-flags            SPAN is the caller's: it is our parentSpanId, spanId is not on the wire
 *   b3                TRACE-SPAN-sampled-PARENT      span and parent of the call itself
 *   x-b3-traceid      TRACE, with x-b3-spanid and x-b3-parentspanid
 *   uber-trace-id     TRACE:SPAN:PARENT:flags        `:` may be %3A
 *   x-datadog-trace-id TRACE (decimal), with x-datadog-parent-id, the caller's span
 *   x-amzn-trace-id   Root=TRACE;Parent=SPAN;…
 *   any other         the value is the trace id
 *
 * The tree of a trace: an exchange whose parentSpanId is another's spanId is that one's child; with headers that carry
 * the caller's span only, an exchange is the child of the narrowest exchange of the trace that was served by its caller
 * (service = source) and contains it in time.
 */
import type { TraceContext } from '../../core/index.ts';
import type { FieldSection } from '../http1/field-section.ts';
import { latin1 } from '../latin1.ts';

export const DEFAULT_TRACE_HEADERS: readonly string[] = [
  'traceparent',
  'b3',
  'x-b3-traceid',
  'x-trace-id',
  'x-tt-logid',
  'uber-trace-id',
  'x-datadog-trace-id',
  'x-amzn-trace-id',
  'x-request-id',
];

/** Longer ids are cut: they are index keys. */
const MAX_ID_CHARS = 128;

type Companion = (name: string) => string;
type Form = (value: string, companion: Companion) => TraceContext | undefined;

const TRACEPARENT = 'traceparent';

const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  'x-b3-traceid': ['x-b3-spanid', 'x-b3-parentspanid'],
  'x-datadog-trace-id': ['x-datadog-parent-id'],
};

const FORMS: Readonly<Record<string, Form>> = {
  b3: readB3,
  'x-b3-traceid': (value, companion) => context(value, companion('x-b3-spanid'), companion('x-b3-parentspanid')),
  'uber-trace-id': readUber,
  'x-datadog-trace-id': (value, companion) => context(value, '', companion('x-datadog-parent-id')),
  'x-amzn-trace-id': readAmazon,
};

const plain: Form = plainTrace;

export class TraceHeaders {
  /** Lower-case names to locate in a head: the trace headers, then their companions. */
  readonly names: readonly string[];
  readonly #forms: readonly Form[];
  readonly #traceparentPlace: number;

  constructor(headers: readonly string[]) {
    const leading = headers.map((name) => name.toLowerCase());
    this.#forms = leading.map((name) => FORMS[name] ?? plain);
    this.#traceparentPlace = leading.indexOf(TRACEPARENT);
    this.names = [...new Set([...leading, ...leading.flatMap((name) => COMPANIONS[name] ?? [])])];
  }

  /** @param fields a section read with {@link names} as its first extra names, from `bytes` */
  read(bytes: Uint8Array, fields: FieldSection): TraceContext | undefined {
    for (let place = 0; place < this.#forms.length; place++) {
      const start = fields.extraStart[place] as number;
      if (start < 0) continue;
      const end = Math.min(fields.extraEnd[place] as number, start + MAX_VALUE_CHARS);
      if (place === this.#traceparentPlace) {
        const found = readTraceparent(bytes, start, end);
        if (found !== undefined) return found;
        continue;
      }
      const value = latin1(bytes, start, end);
      const form = this.#forms[place] as Form;
      const found = form(value, (name) => this.#value(bytes, fields, name));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The same from key/values of other protocols. @param values by lower-case name */
  readValues(values: ReadonlyMap<string, string>): TraceContext | undefined {
    for (let place = 0; place < this.#forms.length; place++) {
      const value = values.get(this.names[place] as string)?.slice(0, MAX_VALUE_CHARS);
      if (value === undefined) continue;
      const form = this.#forms[place] as Form;
      const found =
        place === this.#traceparentPlace
          ? readTraceparent(Buffer.from(value, 'latin1'), 0, value.length)
          : form(value, (name) => values.get(name) ?? '');
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #value(bytes: Uint8Array, fields: FieldSection, name: string): string {
    const place = this.names.indexOf(name);
    const start = fields.extraStart[place] ?? -1;
    return start < 0 ? '' : latin1(bytes, start, Math.min(fields.extraEnd[place] as number, start + MAX_ID_CHARS));
  }
}

/** A value that is the trace id itself; undefined where it is empty. */
export function plainTrace(value: string): TraceContext | undefined {
  return context(value, '', '');
}

/** Enough for the longest form, with its other fields. */
const MAX_VALUE_CHARS = 512;

const HEX = /^[0-9a-fA-F-]+$/;

function id(text: string): string {
  const cut = text.length > MAX_ID_CHARS ? text.slice(0, MAX_ID_CHARS) : text;
  return HEX.test(cut) ? cut.toLowerCase() : cut;
}

function context(traceId: string, spanId: string, parentSpanId: string): TraceContext | undefined {
  return traceId === '' ? undefined : { traceId: id(traceId), spanId: id(spanId), parentSpanId: id(parentSpanId) };
}

/**
 * W3C Trace Context, section 3.2: an all-zero trace id is none. Later versions may append fields. Read as octets because
 * it is the one that most requests carry.
 */
function readTraceparent(bytes: Uint8Array, start: number, end: number): TraceContext | undefined {
  const spanAt = start + 36;
  if (end - start < 55) return undefined;
  if (bytes[start + 2] !== DASH || bytes[start + 35] !== DASH || bytes[start + 52] !== DASH) return undefined;
  const trace = hexClass(bytes, start + 3, start + 35);
  const span = hexClass(bytes, spanAt, spanAt + 16);
  if (trace >= NOT_HEX || trace === 0 || span >= NOT_HEX) return undefined;
  const text = latin1(bytes, start, spanAt + 16);
  const traceId = text.slice(3, 35);
  const parentSpanId = text.slice(36);
  return {
    traceId: trace >= UPPER ? traceId.toLowerCase() : traceId,
    spanId: '',
    parentSpanId: span >= UPPER ? parentSpanId.toLowerCase() : parentSpanId,
  };
}

const DASH = 0x2d;
/** Bits of {@link hexClass}: any digit but 0, an upper-case one, something else. */
const NOT_ZERO = 1;
const UPPER = 2;
const NOT_HEX = 4;

const CLASSES = Uint8Array.from({ length: 256 }, (_, octet) => {
  if (octet === 0x30) return 0;
  const character = String.fromCharCode(octet);
  if (/[0-9a-f]/.test(character)) return NOT_ZERO;
  return /[A-F]/.test(character) ? NOT_ZERO | UPPER : NOT_HEX;
});

/** The bits of all octets together; without a branch an octet. */
function hexClass(bytes: Uint8Array, start: number, end: number): number {
  const classes = CLASSES;
  let all = 0;
  for (let at = start; at < end; at++) all |= classes[bytes[at] as number] as number;
  return all;
}

/** github.com/openzipkin/b3-propagation, "Single Header"; one character alone is a sampling decision without trace. */
function readB3(value: string): TraceContext | undefined {
  if (value.length < 2) return undefined;
  const [traceId = '', spanId = '', , parent = ''] = value.split('-', 4);
  return context(traceId, spanId, parent);
}

/** Jaeger client libraries, "Trace/Span identity". A parent of 0 is a root. */
function readUber(value: string): TraceContext | undefined {
  const [traceId = '', spanId = '', parent = ''] = value.replaceAll(/%3a/gi, ':').split(':', 4);
  return context(traceId, spanId, parent === '0' ? '' : parent);
}

function readAmazon(value: string): TraceContext | undefined {
  let root = '';
  let parent = '';
  for (const part of value.split(';', 16)) {
    const text = part.trim();
    if (text.startsWith('Root=')) root = text.slice(5);
    else if (text.startsWith('Parent=')) parent = text.slice(7);
  }
  return context(root, '', parent);
}
