/**
 * Targets deployed in units, a user belonging to one: schema, defaults, units. Unknown keys are refused.
 *
 *     hash(user) % slots ─▶ range ─▶ unit          an override of the user comes first
 */
import { z } from 'zod';
import { REPLAY_MARKER_HEADER } from '../../parser/index.ts';
import { requestKeySchema } from '../request-key/options.ts';
import { rangeProblems } from './slot-ranges.ts';

/** Of a 32-bit hash. */
const MAX_SLOTS = 2 ** 32;
const MAX_RANGES = 10_000;
const MAX_OVERRIDES = 1_000_000;

const unitName = z.string().min(1).max(200);
/** A token of RFC 9110, section 5.6.2. */
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'not a header name');

/** Headers that frame a request, and the one that marks replayed traffic. */
const TAKEN_HEADER = new RegExp(`^(?:content-length|transfer-encoding|${REPLAY_MARKER_HEADER})$`, 'i');

const range = z.strictObject({
  unit: unitName,
  /** The first slot of it. */
  from: z.number().int().min(0).max(MAX_SLOTS),
  /** The first slot behind it. */
  to: z.number().int().min(1).max(MAX_SLOTS),
});

const central = z.strictObject({
  unit: unitName,
  /** Operations that always go there, with `*` and `?`: `POST /login`, `GET /static/*`; Thrift functions with or without their service. */
  operations: z.array(z.string().min(1)).default([]),
  /** Called services that are there as a whole, with `*` and `?`. */
  services: z.array(z.string().min(1)).default([]),
});

const hops = z.strictObject({
  /** Says how often a request was sent on; a header of HTTP, or of Thrift transports that have headers. */
  header: headerName
    .refine((name) => !TAKEN_HEADER.test(name), 'the emitter writes that header itself')
    .default('x-bytecopy-hops'),
  /** A request that was sent on so often is left out. */
  most: z.number().int().min(1).max(1_000).default(3),
});

export const unitsSchema = z
  .strictObject({
    /** Who a request is of, as a key of requests: `header:X-User`, `cookie:uid`, `json:user.id`, … */
    user: requestKeySchema,
    /** 32 bits without sign, over the user's UTF-8; murmur3 is x86_32 of seed 0. */
    hash: z.enum(['crc32', 'fnv1a', 'murmur3']),
    slots: z.number().int().min(1).max(MAX_SLOTS).default(100_000),
    /** Together they are all slots, each once. */
    ranges: z.array(range).min(1).max(MAX_RANGES),
    /** Units of single users. */
    overrides: z
      .record(z.string(), unitName)
      .default({})
      .refine((overrides) => Object.keys(overrides).length <= MAX_OVERRIDES, `at most ${MAX_OVERRIDES} overrides`),
    /** What does not depend on the user. */
    central: central.optional(),
    /** Where a request goes whose user is not known: to any unit, to the central one, nowhere. */
    unresolved: z.enum(['any', 'central', 'leave-out']).default('any'),
    hops: hops.prefault({}),
    /** Of ranges and overrides; each change has a higher one. */
    version: z.number().int().min(1).default(1),
  })
  .superRefine((options, context) => {
    for (const message of rangeProblems(options.ranges, options.slots)) {
      context.addIssue({ code: 'custom', path: ['ranges'], message });
    }
    if (options.unresolved === 'central' && options.central === undefined) {
      context.addIssue({ code: 'custom', path: ['unresolved'], message: 'central: there is no central unit' });
    }
  });

export type UnitOptions = z.output<typeof unitsSchema>;
export type UnitInput = z.input<typeof unitsSchema>;
export type UserHash = UnitOptions['hash'];
