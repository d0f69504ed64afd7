/** How a target's health is judged: schema, defaults, units. Unknown keys are refused; times are milliseconds. */
import { z } from 'zod';

const MAX_MS = 86_400_000;
const DEFAULT_TIMEOUT_MS = 500;

/** What is asked of a target. */
const check = z.discriminatedUnion('kind', [
  /** A connection, over TLS where the target is; nothing is said on it. */
  z.strictObject({ kind: z.literal('tcp') }),
  /** `GET` over HTTP/1.1, to be answered with 2xx or 3xx. */
  z.strictObject({
    kind: z.literal('http'),
    path: z.string().regex(/^\/[!-~]*$/, 'a path begins with / and holds no space'),
    /** What `Host` says; the target's own where absent. */
    host: z
      .string()
      .regex(/^[!-~]+$/, 'not a host')
      .optional(),
  }),
  /** A call without arguments; any reply and any exception proves life. */
  z.strictObject({
    kind: z.literal('thrift'),
    function: z.string().min(1).max(1_000).default('ping'),
    transport: z.enum(['framed', 'unframed']).default('framed'),
    protocol: z.enum(['binary', 'compact']).default('binary'),
  }),
]);

/** When the sends themselves put a target out. */
const eject = z.strictObject({
  /** From this share of failed sends within the window on, above 0 to 1. */
  failureShare: z.number().gt(0).max(1).default(0.5),
  /** Answers that took longer count as failed; any time is good where absent. */
  latencyMs: z.number().positive().max(MAX_MS).optional(),
  windowMs: z.number().min(100).max(MAX_MS).default(10_000),
  /** Sends within the window from which on a share says something. */
  atLeast: z.number().int().min(1).max(1_000_000).default(20),
  /** Share of all targets that may be ejected at the same time, 0–1, rounded down; others stay in, whatever they do. */
  mostEjectedShare: z.number().min(0).max(1).default(0.5),
});

export const healthSchema = z
  .strictObject({
    /** Nothing is asked where absent: only ejection puts a target out then. */
    check: check.optional(),
    intervalMs: z.number().min(10).max(MAX_MS).default(1_000),
    /** Longest wait for the answer to a check: half a second where absent, the interval where that is shorter. */
    timeoutMs: z.number().min(1).max(MAX_MS).optional(),
    /** Good checks in a row that bring a target back, the first time. */
    rise: z.number().int().min(1).max(1_000).default(2),
    /** Bad checks in a row that put it out. */
    fall: z.number().int().min(1).max(1_000).default(3),
    /** Shortest time out, the first time. */
    returnAfterMs: z.number().min(0).max(MAX_MS).default(5_000),
    /** Time out and good checks asked for grow by this factor with each time it went out. */
    backOff: z.number().min(1).max(10).default(2),
    /** Times it went out count for so long. */
    forgetAfterMs: z.number().min(0).max(MAX_MS).default(600_000),
    maxReturnAfterMs: z.number().min(0).max(MAX_MS).default(300_000),
    /** From 10 % of its weight to all of it. */
    rampMs: z.number().min(0).max(MAX_MS).default(30_000),
    /** `false`: sends put no target out. */
    eject: z.union([eject, z.literal(false)]).prefault({}),
  })
  .refine(({ timeoutMs, intervalMs }) => timeoutMs === undefined || timeoutMs <= intervalMs, {
    path: ['timeoutMs'],
    error: 'a check ends before the next begins: at most intervalMs',
  })
  .transform((given) => ({ ...given, timeoutMs: given.timeoutMs ?? Math.min(DEFAULT_TIMEOUT_MS, given.intervalMs) }));

export type HealthOptions = z.output<typeof healthSchema>;
export type HealthInput = z.input<typeof healthSchema>;
export type CheckOptions = z.output<typeof check>;
export type EjectOptions = z.output<typeof eject>;
