/** Calls that cross the socket, checked as they come in: the other side may be another version. */
import { z } from 'zod';
import { BytecopyError, type ExchangeId, type Micros, type Query, type Selection } from '../../core/index.ts';
import { type CareCall, parseCareCall } from './care-call.ts';

export type Call =
  | { readonly kind: 'find'; readonly selection: Selection }
  | { readonly kind: 'histogram'; readonly selection: Selection; readonly intervalMicros: Micros }
  | { readonly kind: 'get'; readonly id: ExchangeId }
  | { readonly kind: 'trace'; readonly traceId: string }
  | { readonly kind: 'statistics' }
  | { readonly kind: 'owner' }
  | { readonly kind: 'care'; readonly call: CareCall };

const micros = z.number().int().min(0);
const exchangeId = z.strictObject({
  at: micros,
  flow: z.string().regex(/^[0-9a-f]{16}$/),
  offset: z.number().int().min(0),
  index: z.number().int().min(0).max(255),
});
const bound = z.strictObject({ value: z.number(), inclusive: z.boolean() });
const fieldTest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('equals'), value: z.string() }),
  z.strictObject({ kind: z.literal('wildcard'), pattern: z.string() }),
  z.strictObject({ kind: z.literal('range'), min: bound.optional(), max: bound.optional() }),
  z.strictObject({ kind: z.literal('exists') }),
]);
const contentTest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('equals'), value: z.string() }),
  z.strictObject({ kind: z.literal('contains'), value: z.string() }),
  z.strictObject({ kind: z.literal('wildcard'), pattern: z.string() }),
  z.strictObject({ kind: z.literal('exists') }),
]);
const query: z.ZodType = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('everything') }),
    z.strictObject({ kind: z.literal('and'), terms: z.array(query) }),
    z.strictObject({ kind: z.literal('or'), terms: z.array(query) }),
    z.strictObject({ kind: z.literal('not'), term: query }),
    z.strictObject({ kind: z.literal('field'), field: z.string(), name: z.string().optional(), test: fieldTest }),
    z.strictObject({
      kind: z.literal('content'),
      part: z.enum(['header', 'body']),
      side: z.enum(['request', 'response']).optional(),
      name: z.string().optional(),
      test: contentTest,
    }),
  ]),
);
const selection = z.strictObject({
  where: query.optional(),
  since: micros.optional(),
  until: micros.optional(),
  after: exchangeId.optional(),
  order: z.enum(['oldest-first', 'newest-first']).optional(),
  limit: z.number().int().min(0).optional(),
});
const calls = {
  '/find': selection,
  '/histogram': z.strictObject({ selection, intervalMicros: micros.min(1) }),
  '/get': z.strictObject({ id: exchangeId }),
  '/trace': z.strictObject({ traceId: z.string() }),
  '/statistics': z.strictObject({}),
  '/owner': z.strictObject({}),
} as const;

/** @throws BytecopyError `STORE_CALL_INVALID` (exit code 2) */
export function parseCall(path: string, body: string): Call {
  try {
    const content: unknown = JSON.parse(body);
    switch (path) {
      case '/find':
        return { kind: 'find', selection: calls[path].parse(content) as Selection & { where?: Query } };
      case '/histogram': {
        const asked = calls[path].parse(content);
        return { kind: 'histogram', selection: asked.selection as Selection, intervalMicros: asked.intervalMicros };
      }
      case '/get':
        return { kind: 'get', id: calls[path].parse(content).id };
      case '/trace':
        return { kind: 'trace', traceId: calls[path].parse(content).traceId };
      case '/statistics':
        calls[path].parse(content);
        return { kind: 'statistics' };
      case '/owner':
        calls[path].parse(content);
        return { kind: 'owner' };
      default: {
        const call = parseCareCall(path, content);
        if (call === undefined) throw new Error(`unknown call ${path}`);
        return { kind: 'care', call };
      }
    }
  } catch (error) {
    throw invalidCall(error);
  }
}

function invalidCall(cause: unknown): BytecopyError {
  return new BytecopyError('STORE_CALL_INVALID', `the owner of the store does not take this call: ${String(cause)}`, {
    cause,
    hint: 'use the same version of bytecopy on both sides',
    exitCode: 2,
  });
}
