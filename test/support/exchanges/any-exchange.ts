/** Exchanges of any form, for properties: every field of the schema, any text, any length. */
import fc from 'fast-check';
import type { Exchange, Message } from '../../../core/index.ts';

const count = fc.oneof(fc.nat(300), fc.maxSafeNat());
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 20 }));
const hexDigits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const bytes = fc.uint8Array({ maxLength: 300 });
const endpoint = fc.record({ address: text, port: fc.nat(0xffff) });

const message: fc.Arbitrary<Message> = fc.record({
  parts: fc.array(bytes, { maxLength: 3 }),
  byteCount: count,
  headByteCount: count,
  streamOffset: count,
  firstByteAt: count,
  lastByteAt: count,
  complete: fc.boolean(),
  truncated: fc.boolean(),
  missing: fc.array(fc.record({ offset: count, byteCount: count }), { maxLength: 2 }),
});

export const anyExchange: fc.Arbitrary<Exchange> = hexDigits(16).chain((flowId) =>
  fc.record({
    id: fc.record({
      at: count,
      flow: fc.constant(flowId),
      offset: fc.nat(0xffff_ffff).map((offset) => offset * 16),
      index: fc.nat(255),
    }),
    flow: fc.record({
      id: fc.constant(flowId),
      client: endpoint,
      server: endpoint,
      network: text,
      vantage: fc.constantFrom('unknown', 'caller', 'callee', 'both'),
      orientation: fc.constantFrom('handshake', 'port', 'guess'),
      startedAt: count,
    }),
    origin: fc.record({
      tenant: text,
      environment: text,
      region: text,
      instance: text,
      labels: fc
        .array(fc.tuple(text, text), { maxLength: 3 })
        .map((entries): Record<string, string> => Object.fromEntries(entries)),
    }),
    protocol: fc.constantFrom('http1', 'thrift', 'tcp'),
    source: text,
    service: text,
    operation: text,
    verb: text,
    path: text,
    status: fc.nat(0xffff_ffff),
    outcome: fc.constantFrom('paired', 'request-only', 'response-only', 'oneway', 'session'),
    reason: text,
    trace: fc.option(fc.record({ traceId: text.filter((id) => id !== ''), spanId: text, parentSpanId: text }), {
      nil: undefined,
    }),
    session: text.map((session) => session || flowId),
    request: fc.option(message, { nil: undefined }),
    response: fc.option(message, { nil: undefined }),
    interim: fc.array(message, { maxLength: 2 }),
    notes: fc.array(text, { maxLength: 3 }),
    sealed: fc.array(
      fc.record(
        {
          side: fc.constantFrom('request', 'response'),
          interim: fc.nat(3),
          offset: count,
          byteCount: count,
          keyId: text,
          sealed: bytes,
        },
        { requiredKeys: ['side', 'offset', 'byteCount', 'keyId', 'sealed'] },
      ),
      { maxLength: 2 },
    ),
    attributes: fc
      .array(fc.tuple(text, text), { maxLength: 3 })
      .map((entries): Record<string, string> => Object.fromEntries(entries)),
    masked: fc.array(
      fc.record({
        side: fc.constantFrom('request', 'response'),
        rule: text,
        action: fc.constantFrom('replace', 'redact', 'mask', 'hash', 'encrypt', 'drop'),
        count,
      }),
      { maxLength: 2 },
    ),
    turns: fc.array(fc.record({ direction: fc.constantFrom(0, 1), byteCount: count, firstByteAt: count }), {
      maxLength: 3,
    }),
  }),
);
