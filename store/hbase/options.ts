/** Options of the data layer on HBase: schema, defaults, units. */
import { z } from 'zod';
import { BytecopyError } from '../../core/index.ts';
import { areaSchema } from '../cluster/area.ts';
import { MAX_SHARDS } from '../cluster/shard-of.ts';

export const hbaseOptions = z.strictObject({
  /** REST gateways, `http://host:port`; the next one is asked when one does not answer. */
  gateways: z.array(z.url({ protocol: /^https?$/ })).min(1),
  /** What all names of tables begin with; a namespace that exists may stand before it, with a colon. */
  tables: z
    .string()
    .regex(/^(?:[A-Za-z0-9_]{1,60}:)?[A-Za-z0-9_]{1,60}$/, 'letters, digits and `_`, at most 60')
    .default('bytecopy'),
  area: areaSchema.default(''),
  /** Basic authentication, as proxies before a gateway ask for it. */
  credentials: z.strictObject({ username: z.string(), password: z.string() }).optional(),
  /** Certificates that a gateway's is checked with (PEM), where they are not the system's. */
  tls: z.strictObject({ caFile: z.string().min(1).optional() }).optional(),
  /** Ranges of rows that blocks spread over, for segments that are made; those that exist keep theirs. */
  shards: z.number().int().min(1).max(MAX_SHARDS).default(4),
  /** Longest wait for the answer to one request. */
  requestTimeoutMs: z.number().int().min(100).max(120_000).default(15_000),
  /** How long a call is tried again before it fails. */
  retryMs: z.number().int().min(0).max(600_000).default(30_000),
});

export type HbaseOptions = z.input<typeof hbaseOptions>;
export type CheckedHbaseOptions = z.output<typeof hbaseOptions>;

/** @throws BytecopyError `STORE_OPTIONS_INVALID` (exit code 2) */
export function checkHbaseOptions(options: HbaseOptions): CheckedHbaseOptions {
  const checked = hbaseOptions.safeParse(options);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const message = `option ${issue?.path.join('.') ?? ''} of hbase: ${issue?.message ?? ''}`;
  throw new BytecopyError('STORE_OPTIONS_INVALID', message, { cause: checked.error, exitCode: 2 });
}
