/** The vocabulary: the nouns that cross the borders between stages, and the ports. No I/O. */
export * from './bus/memory-bus.ts';
export * from './clock.ts';
export * from './errors.ts';
export * from './exchange/exchange.ts';
export * from './exchange/exchange-id.ts';
export { exchangeLatencyMicros } from './exchange/latency.ts';
export * from './exchange/message.ts';
export { callersView, isSameExchange, MAX_VIEW_SKEW_MICROS, SeenViews } from './exchange/same-exchange.ts';
export * from './flow/flow.ts';
export * from './flow/flow-id.ts';
export { formatIsoTime, parseIsoTime, type TimeStretch } from './iso-time.ts';
export * from './keys/key-ring.ts';
export { toKeyRing, toSecretKey } from './keys/secret-key.ts';
export * from './ledger/account.ts';
export { type Completeness, completenessOf, reachesCompleteness } from './ledger/completeness.ts';
export * from './ledger/ledger.ts';
export * from './packet.ts';
export * from './ports/bus.ts';
export * from './ports/capture-source.ts';
export * from './ports/data-layer.ts';
export * from './ports/discovery.ts';
export * from './ports/exchange-store.ts';
export * from './ports/index-layer.ts';
export * from './ports/segment.ts';
export * from './ports/sender.ts';
export { compileQuery, matchesQuery, type QueryPredicate } from './query/compile-query.ts';
export { completeQuery } from './query/complete-query.ts';
export { QUERY_FIELDS, type QuerySubject } from './query/fields.ts';
export { parseQuery } from './query/parse-query.ts';
export * from './query/query.ts';
export { CONTENT_NAMES } from './query/query-names.ts';
export { boundsOf, namesContent, type QueryBounds } from './query/query-shape.ts';
export type { QueryViews } from './query/query-views.ts';
export { matchesWildcard } from './query/wildcard.ts';
export { type RecordedCounts, resolveShapes } from './replay/plan-shapes.ts';
export { PLACE_TOLERANCE, phaseSends, planDurationMs, planPeak, planSends } from './replay/plan-sums.ts';
export { formatPlan, type PlanPhase, parsePlan, type ShapePhase } from './replay/plan-syntax.ts';
export * from './replay/rate-phase.ts';
export * from './replay/replay-result.ts';
export * from './replay/threshold.ts';
export { parseThreshold } from './replay/threshold-syntax.ts';
export {
  decodeExchange,
  encodeExchange,
  encodeExchangeInto,
  SCHEMA_VERSION,
} from './schema/exchange-codec.ts';
export { readFlow, writeFlow } from './schema/flow-codec.ts';
export { readOrigin, writeOrigin } from './schema/origin-codec.ts';
export { SchemaReader } from './schema/schema-reader.ts';
export { SchemaWriter } from './schema/schema-writer.ts';
export { decodeText, readText } from './schema/text-table.ts';
export { ENVELOPE_BYTES, seal, type Unsealed, type UnsealProblem, unseal } from './sealing/envelope.ts';
export { type Chance, NONCE_BYTES, NonceSource } from './sealing/nonces.ts';
export { openBatch, sealBatch } from './sealing/sealed-batch.ts';
export * from './stream-chunk.ts';
export * from './units.ts';
export * from './witness/byte-witness.ts';
export * from './witness/packet-witness.ts';
