/**
 * The trace context that travels with each request.
 *
 *     traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
 *                  version     trace id                 span id         sampled
 *
 *     b3:             4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1-05e3ac9a4f6e3b90
 *                     trace id                         span id          sampled, parent span id
 *
 * Sources: W3C Trace Context, section 3.2; B3 single header. The first names the calling span only, the second names
 * its parent too: services that are being moved from one to the other send both, and so does the shop.
 */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
}

const TRACE_PARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

export function newTrace(random: () => number): TraceContext {
  return { traceId: hex(random, 32), spanId: hex(random, 16), parentSpanId: undefined };
}

/** @returns the context that a `traceparent` header carries; undefined where there is none or it is malformed */
export function parseTraceParent(header: string | undefined): TraceContext | undefined {
  const [, traceId, spanId] = TRACE_PARENT.exec(header ?? '') ?? [];
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId, parentSpanId: undefined };
}

/** @returns the context of a call made on behalf of `caller`: the same trace, a span of its own */
export function childSpan(caller: TraceContext, random: () => number): TraceContext {
  return { traceId: caller.traceId, spanId: hex(random, 16), parentSpanId: caller.spanId };
}

export function traceHeaders(trace: TraceContext): Record<string, string> {
  const parent = trace.parentSpanId === undefined ? '' : `-${trace.parentSpanId}`;
  return {
    traceparent: `00-${trace.traceId}-${trace.spanId}-01`,
    b3: `${trace.traceId}-${trace.spanId}-1${parent}`,
  };
}

function hex(random: () => number, digits: number): string {
  let text = '';
  while (text.length < digits)
    text += Math.floor(random() * 0x1_0000)
      .toString(16)
      .padStart(4, '0');
  return text;
}
