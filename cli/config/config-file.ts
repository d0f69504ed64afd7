/** The text of `bytecopy.yaml`, checked as a whole. */
import { parse } from 'yaml';
import { z } from 'zod';
import { OVERLAP_POLICIES } from '../../collector/index.ts';
import { BytecopyError, parseThreshold } from '../../core/index.ts';
import { SERVICE_PROTOCOLS, SESSION_CHOICES } from '../../parser/index.ts';
import { secretsSchema } from '../keys/secrets-config.ts';
import { maskingSchema } from '../masking/masking-config.ts';
import { parseTargetWait } from '../options/duration.ts';
import { MAX_CONNECTIONS } from '../options/number.ts';
import { parseStopRule, stopRulesOf } from '../options/stop-rules.ts';
import { retentionSchema } from './retention-config.ts';
import { storeKeys } from './store-config.ts';

const port = z.number().int().min(1).max(65535);

const names = z.array(z.string().min(1));

/** Text in the form of a flag's value. */
const asFlag = (parse: (text: string) => unknown) =>
  z.string().superRefine((text, fault) => {
    try {
      parse(text);
    } catch (cause) {
      fault.addIssue({ code: 'custom', message: (cause as Error).message });
    }
  });

/** Rules to stop on, each by itself and all beside each other. */
const stopOn = z.array(asFlag(parseStopRule)).superRefine((texts, fault) => {
  try {
    stopRulesOf(texts);
  } catch (cause) {
    fault.addIssue({ code: 'custom', message: (cause as Error).message });
  }
});

/** What is said once for all replays and mirrors of a company; flags win. */
const replay = z
  .strictObject({
    /** Where sends may go at all, as `--only-targets`. */
    allowedTargets: names.optional(),
    /** Thrift functions that only read, as `--read-functions`. */
    readFunctions: names.optional(),
    /** As `--stop-on`; of replays alone. */
    stopOn: stopOn.optional(),
    /** As `--threshold`; of replays alone. */
    thresholds: z.array(asFlag(parseThreshold)).optional(),
    connections: z.number().int().min(1).max(MAX_CONNECTIONS).optional(),
    /** Durations with their unit: `10s`. */
    timeout: asFlag(parseTargetWait).transform(parseTargetWait).optional(),
    maxWait: asFlag(parseTargetWait).transform(parseTargetWait).optional(),
    /** PEM files, for targets that speak TLS. */
    ca: z.string().min(1).optional(),
    cert: z.string().min(1).optional(),
    key: z.string().min(1).optional(),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
    message: 'cert and key belong together',
  })
  .optional();

const schema = z.strictObject({
  ...storeKeys,
  capture: z
    .strictObject({
      interface: z.string().min(1).optional(),
      ports: z.array(port).optional(),
    })
    .optional(),
  /** Percent of the exchanges that have to be whole, where no flag says otherwise. */
  requireCompleteness: z.number().gt(0).max(100).optional(),
  services: z
    .array(
      z
        .strictObject({
          name: z.string().min(1),
          address: z.string().optional(),
          port: port.optional(),
          host: z.string().optional(),
          /** What it speaks, where its first bytes leave that open; `tcp` keeps it as a session in any case. */
          protocol: z.enum(SERVICE_PROTOCOLS).optional(),
        })
        .refine(({ protocol, address, port }) => protocol === undefined || (address ?? port) !== undefined, {
          message: 'protocol needs a port or an address beside it',
        }),
    )
    .default([]),
  /** Which flows of protocols that are not parsed are kept, where no flag says otherwise. */
  sessions: z.enum(SESSION_CHOICES).optional(),
  /** Which copy of a byte counts where segments that differ overlap, and whether checksums are verified. */
  overlap: z.enum(OVERLAP_POLICIES).optional(),
  checksums: z.enum(['ignore', 'verify']).optional(),
  /** Thrift IDL files that name the fields of messages. */
  idl: z.array(z.string().min(1)).optional(),
  /** Request headers that carry a trace id, in the order in which they are asked. */
  traceHeaders: z.array(z.string().min(1)).optional(),
  /** Fields of a Thrift call's arguments that carry a trace id, by path: `1.255.1`. */
  traceFields: z.array(z.string().min(1)).optional(),
  replay,
  /** How long and how much is kept, of services in groups too. */
  retention: retentionSchema,
  /** What must not be kept at all, as `--mask-rules`. */
  masking: maskingSchema.optional(),
  /** Whether and with which keys secrets are sealed. */
  secrets: secretsSchema,
  origin: z
    .strictObject({
      tenant: z.string().default(''),
      environment: z.string().default(''),
      region: z.string().default(''),
      instance: z.string().default(''),
      labels: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
});

export type Config = z.infer<typeof schema>;

/**
 * @param file named in errors
 * @throws BytecopyError `CONFIG_INVALID` (exit code 2) naming path, fault and what is allowed
 */
export function parseConfig(text: string, file: string): Config {
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    throw new BytecopyError('CONFIG_INVALID', `config file ${file}: ${firstLine(cause)}`, {
      hint: 'it has to be YAML',
      exitCode: 2,
      cause,
    });
  }
  const result = schema.safeParse(document ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const at = issue?.path.join('.') || 'document';
  throw new BytecopyError('CONFIG_INVALID', `config file ${file}: ${at}: ${issue?.message}`, {
    hint: `keys at the top are ${Object.keys(schema.shape).join(', ')}`,
    exitCode: 2,
    cause: result.error,
  });
}

/** The YAML package draws the place below its message. */
function firstLine(cause: unknown): string {
  return (cause as Error).message.split('\n', 1)[0]?.replace(/:$/, '') ?? '';
}
