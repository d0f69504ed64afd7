/** Options of replay and mirror: schema, defaults, units. Checked once at the edge; unknown keys are refused. */
import { z } from 'zod';
import { BytecopyError, type Millis } from '../core/index.ts';

export const DEFAULT_MAX_CONNECTIONS = 128;
export const DEFAULT_TIMEOUT_MS: Millis = 10_000;
/** Longest wait of a due send for a free connection; what a target that stands still for a moment needs. */
export const DEFAULT_MAX_WAIT_MS: Millis = 5_000;

/** A token of RFC 9110, section 5.6.2. */
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'not a header name');
/** Anything but the characters that would end the field (RFC 9110, section 5.5). */
const headerValue = z.string().refine((text) => !/[\r\n\0]/.test(text), 'a header value holds no line break');

const timing = z.discriminatedUnion('kind', [
  /** The recorded gaps, divided by `speed`. */
  z.strictObject({ kind: z.literal('recorded'), speed: z.number().positive().default(1) }),
  /** So many sends a second, evenly, whatever the recorded gaps were. */
  z.strictObject({ kind: z.literal('rate'), perSecond: z.number().positive().max(1_000_000) }),
  /** As fast as the target answers on `maxConnections` connections. */
  z.strictObject({ kind: z.literal('max') }),
]);

const sending = {
  /** `http://host:port`. */
  target: z.string(),
  maxConnections: z.number().int().min(1).max(10_000).default(DEFAULT_MAX_CONNECTIONS),
  /** Longest wait for an answer, counted from the send. */
  timeoutMs: z.number().positive().max(3_600_000).default(DEFAULT_TIMEOUT_MS),
  maxWaitMs: z.number().positive().max(3_600_000).default(DEFAULT_MAX_WAIT_MS),
  /** Copies of each request; 3.5 sends each three times and every second one a fourth. */
  times: z.number().positive().max(10_000).default(1),
  /** `undecided` refuses the first write that comes up. */
  writes: z.enum(['undecided', 'allow', 'skip']).default('undecided'),
  /** Send even to an address that the recording was made of. */
  allowTarget: z.boolean().default(false),
  /** `Host` of the requests: as recorded, the target's, or this text. */
  host: headerValue.default('recorded'),
  setHeaders: z.array(z.tuple([headerName, headerValue])).default([]),
  removeHeaders: z.array(headerName).default([]),
  /** Value of the marker header that every request gets. */
  runId: headerValue.refine((text) => text !== '', 'a run needs an id'),
};

const replaySchema = z.strictObject({
  ...sending,
  timing: timing.default({ kind: 'recorded', speed: 1 }),
  /** Passes over the recording; one where absent, no end with `forever`. */
  loop: z.union([z.number().int().min(1), z.literal('forever')]).default(1),
  /** Nothing is due later than this after the first send. */
  durationMs: z.number().positive().optional(),
  /** Sends at most. */
  count: z.number().int().min(1).optional(),
});

const mirrorSchema = z.strictObject({
  ...sending,
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
