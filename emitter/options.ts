/** Options of replay and mirror: schema, defaults, units. Checked once at the edge; unknown keys are refused. */
import { z } from 'zod';
import { BytecopyError, type Millis, type RatePhase } from '../core/index.ts';
import { REPLAY_MARKER_HEADER } from '../parser/index.ts';
import { correlationSchema } from './correlation/index.ts';
import { healthSchema } from './health/options.ts';
import { rulesSchema } from './rules/index.ts';
import { targetSetSchema } from './targets/index.ts';
import { unitsSchema } from './units/index.ts';

export const DEFAULT_MAX_CONNECTIONS = 128;
export const DEFAULT_TIMEOUT_MS: Millis = 10_000;
/** Longest wait of a due send for a free connection; what a target that stands still for a moment needs. */
export const DEFAULT_MAX_WAIT_MS: Millis = 5_000;
/** Longer than a capture takes to see, reassemble and parse a request, so that the recorded gaps are kept. */
export const DEFAULT_MIRROR_DELAY_MS: Millis = 5;

/** A token of RFC 9110, section 5.6.2. */
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'not a header name');
/** Headers that frame a request, and the one that marks replayed traffic. */
const TAKEN_HEADER = new RegExp(`^(?:content-length|transfer-encoding|${REPLAY_MARKER_HEADER})$`, 'i');
/** Anything but the characters that would end the field (RFC 9110, section 5.5). */
const headerValue = z.string().refine((text) => !/[\r\n\0]/.test(text), 'a header value holds no line break');

const timing = z.discriminatedUnion('kind', [
  /** The recorded gaps, divided by `speed`. */
  z.strictObject({ kind: z.literal('recorded'), speed: z.number().positive().default(1) }),
  /** So many sends a second, whatever the recorded gaps were. */
  z.strictObject({ kind: z.literal('rate'), perSecond: z.number().positive().max(1_000_000) }),
  /** A rate that changes: phases one after the other, whatever the recorded gaps were. */
  z.strictObject({ kind: z.literal('profile'), phases: z.array(z.custom<RatePhase>()).min(1) }),
  /** As fast as the target answers on `maxConnections` connections. */
  z.strictObject({ kind: z.literal('max') }),
]);

/** What happens to sends that could not go when they were due. */
const lateness = z.discriminatedUnion('kind', [
  /** Each goes as soon as it can. */
  z.strictObject({ kind: z.literal('at-once') }),
  /** At most `factor` times as fast as planned, until the plan is caught up with. */
  z.strictObject({ kind: z.literal('catch-up'), factor: z.number().min(1.01).max(1_000).default(2) }),
  /** What is later than `afterMs` is dropped and counted. */
  z.strictObject({ kind: z.literal('drop'), afterMs: z.number().positive().max(3_600_000) }),
]);

const tls = z.strictObject({
  /** Certificates of authorities to trust instead of the system's, PEM. */
  ca: z.string().optional(),
  /** Own certificate and key, PEM, for targets that ask for one. */
  certificate: z.string().optional(),
  key: z.string().optional(),
  /** Whether the target's certificate has to be valid. */
  verify: z.boolean().default(true),
  /** Name asked for and verified; the target's where absent. */
  serverName: z.string().optional(),
});

/** When a run ends before its plan does. Each is off where absent. */
const stopRules = z.strictObject({
  /** Share of failed sends within the last ten seconds, 0–1, judged from 20 sends on. */
  failureShare: z.number().min(0).max(1).optional(),
  consecutiveFailures: z.number().int().min(1).optional(),
  /** p99 of the latency from intended time within the last ten seconds. */
  latencyMs: z.number().positive().optional(),
  /** p99 of the event loop's delay within the last ten seconds: the emitter itself is overloaded. */
  loopLagMs: z.number().positive().optional(),
  /** Asked every second; three answers in a row that are not 2xx or 3xx end the run. A path on the target, or `tcp` for a connection alone. */
  health: z.string().optional(),
});

const sending = {
  /** `http://host:port`, `https://…`, or `tcp://…` and `tls://…` for what is not HTTP. */
  target: z.string(),
  /** Several targets, in pools; `target` names them then. */
  targets: targetSetSchema.optional(),
  /** How the targets are judged; not at all where absent. */
  health: healthSchema.optional(),
  /** Which users belong to which of the units that pools are of. */
  units: unitsSchema.optional(),
  /** What is left out, and what is changed about the rest. */
  rules: rulesSchema.optional(),
  maxConnections: z.number().int().min(1).max(10_000).default(DEFAULT_MAX_CONNECTIONS),
  /** Longest wait for an answer, counted from the send. */
  timeoutMs: z.number().positive().max(3_600_000).default(DEFAULT_TIMEOUT_MS),
  /** Longest wait of a send that may go for a free connection; then it is dropped. */
  maxWaitMs: z.number().positive().max(3_600_000).default(DEFAULT_MAX_WAIT_MS),
  /** Requests under way on one connection at the same time. */
  pipelining: z.number().int().min(1).max(64).default(1),
  /** Send repeatable requests once more where an idle connection closed under them. */
  retry: z.boolean().default(false),
  tls: tls.prefault({}),
  /** Speak HTTP/2; requests are then not verbatim. */
  http2: z.boolean().default(false),
  /** Keep the bytes of answers for the results. */
  keepResponses: z.boolean().default(false),
  /** Copies of each request; 3.5 sends each three times and every second one a fourth. */
  times: z.number().positive().max(10_000).default(1),
  /** `undecided` refuses the first write that comes up. */
  writes: z.enum(['undecided', 'allow', 'skip']).default('undecided'),
  /** Thrift functions that only read, as names with `*`; all others count as writes. */
  readFunctions: z.array(z.string().min(1)).default([]),
  /** Send even to an address that the recording was made of. */
  allowTarget: z.boolean().default(false),
  /** Where sends may go at all: names or addresses with `*`, networks such as `10.0.0.0/8`, each with or without `:port`; anywhere where absent. */
  allowedTargets: z.array(z.string().min(1)).optional(),
  /** `Host` of the requests: as recorded, the target's, or this text. */
  host: headerValue.default('recorded'),
  setHeaders: z.array(z.tuple([headerName, headerValue])).default([]),
  removeHeaders: z.array(headerName).default([]),
  /** How the target is told the recorded client's address: `proxy-v2`, or in a header of that name, `x-forwarded-for` added to. */
  clientAddress: headerName
    .refine((name) => !TAKEN_HEADER.test(name), "no header for a client's address: the emitter writes it itself")
    .optional(),
  /** Value of the marker header that every request gets. */
  runId: headerValue.refine((text) => text !== '', 'a run needs an id'),
};

const replaySchema = z.strictObject({
  ...sending,
  timing: timing.default({ kind: 'recorded', speed: 1 }),
  /** How `times` is reached: slices of the recording over each other, time compressed, or each request repeated. */
  by: z.enum(['overlay', 'speed', 'copies']).default('copies'),
  /** Of rates: even gaps, or random ones of the same mean (a Poisson process) that `seed` decides. */
  arrivals: z.enum(['even', 'poisson']).default('even'),
  seed: z.number().int().min(0).max(0xffff_ffff).default(1),
  lateness: lateness.default({ kind: 'catch-up', factor: 2 }),
  /** Exchanges of equal key keep their order: `flow`, `client`, `session`, `header:NAME`, `cookie:NAME`, `field:PATH` (Thrift); free order where absent. */
  session: z.string().optional(),
  /** What answers give out, to be put into later requests of their `session`. */
  correlate: correlationSchema.optional(),
  /** Which part of the plan is sent here; all shards together are the plan. */
  shard: z
    .strictObject({ index: z.number().int().min(0), count: z.number().int().min(1).max(1_024) })
    .default({ index: 0, count: 1 }),
  /** Passes over the recording; one where absent, no end with `forever`. */
  loop: z.union([z.number().int().min(1), z.literal('forever')]).default(1),
  /** Nothing is due later than this after the first send. */
  durationMs: z.number().positive().optional(),
  /** Sends at most. */
  count: z.number().int().min(1).optional(),
  stopRules: stopRules.default({}),
});

const mirrorSchema = z.strictObject({
  ...sending,
  /** Between the request's end in the recording and its send; what comes later than that goes at once and counts as late. */
  delayMs: z.number().min(0).max(60_000).default(DEFAULT_MIRROR_DELAY_MS),
  /** Share of traces (of flows where there is no trace id) that is mirrored, 0–100. */
  samplePercent: z.number().min(0).max(100).default(100),
  /** Sends a second at most; what is over is left out and counted. */
  maxPerSecond: z.number().positive().optional(),
});

export type ReplayOptions = z.input<typeof replaySchema>;
export type MirrorOptions = z.input<typeof mirrorSchema>;
export type CheckedReplayOptions = z.output<typeof replaySchema>;
export type CheckedMirrorOptions = z.output<typeof mirrorSchema>;
export type SendingOptions = Pick<CheckedReplayOptions, keyof typeof sending>;
export type TimingOptions = z.output<typeof timing>;
export type LatenessOptions = z.output<typeof lateness>;
export type StopRuleOptions = z.output<typeof stopRules>;
export type TlsOptions = z.output<typeof tls>;

/** @throws BytecopyError `REPLAY_OPTIONS_INVALID` (exit code 2), naming each option that is wrong */
export function checkReplayOptions(options: ReplayOptions): CheckedReplayOptions {
  return checked(replaySchema, options);
}

/** @throws BytecopyError `REPLAY_OPTIONS_INVALID` (exit code 2), naming each option that is wrong */
export function checkMirrorOptions(options: MirrorOptions): CheckedMirrorOptions {
  return checked(mirrorSchema, options);
}

function checked<Output>(schema: z.ZodType<Output>, options: unknown): Output {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const found = result.error.issues.map((issue) => `${issue.path.join('.') || 'options'}: ${issue.message}`);
  throw new BytecopyError('REPLAY_OPTIONS_INVALID', found.join('; '), { exitCode: 2 });
}
