/** Calls that look after the store, checked as they come in. */
import { z } from 'zod';
import type { Pin, RepairRequest, RetentionRequest, VerifyRequest } from '../care/index.ts';

export type CareCall =
  | { readonly kind: 'repair'; readonly request: RepairRequest }
  | { readonly kind: 'verify'; readonly request: VerifyRequest }
  | { readonly kind: 'retain'; readonly request: RetentionRequest }
  | { readonly kind: 'overview' }
  | { readonly kind: 'pins' }
  | { readonly kind: 'note-pin'; readonly name: string; readonly pin: Pin | undefined };

const micros = z.number().int().min(0);
const range = { since: micros.optional(), until: micros.optional() };
const blocksPerSecond = z.number().positive().optional();
const rule = { keepMs: z.number().min(0).optional(), sizeBytes: z.number().min(0).optional() };
const pin = z.strictObject({
  name: z.string(),
  query: z.string(),
  ...range,
  pinnedAt: micros,
  state: z.enum(['copying', 'complete']),
  exchanges: z.number().int().min(0),
  byteCount: z.number().min(0),
});
const requests = {
  '/repair': z.strictObject({ ...range, dryRun: z.boolean().optional(), blocksPerSecond, now: micros }),
  '/verify': z.strictObject({ ...range, blocksPerSecond }),
  '/retain': z.strictObject({
    policy: z.strictObject({
      ...rule,
      groups: z.array(z.strictObject({ name: z.string(), services: z.array(z.string()), ...rule })),
    }),
    dryRun: z.boolean().optional(),
    now: micros,
  }),
  '/overview': z.strictObject({}),
  '/pins': z.strictObject({}),
  '/note-pin': z.strictObject({ name: z.string(), pin: pin.optional() }),
} as const;

/**
 * @returns undefined for a path that is none of these
 * @throws ZodError for a content that is not of the call
 */
export function parseCareCall(path: string, content: unknown): CareCall | undefined {
  switch (path) {
    case '/repair':
      return { kind: 'repair', request: requests[path].parse(content) as RepairRequest };
    case '/verify':
      return { kind: 'verify', request: requests[path].parse(content) as VerifyRequest };
    case '/retain':
      return { kind: 'retain', request: requests[path].parse(content) as RetentionRequest };
    case '/overview':
      requests[path].parse(content);
      return { kind: 'overview' };
    case '/pins':
      requests[path].parse(content);
      return { kind: 'pins' };
    case '/note-pin': {
      const note = requests[path].parse(content);
      return { kind: 'note-pin', name: note.name, pin: note.pin as Pin | undefined };
    }
    default:
      return undefined;
  }
}
