/** Options of the index layer on Elasticsearch: schema, defaults, units. */
import { z } from 'zod';
import { BytecopyError } from '../../core/index.ts';
import { areaSchema } from '../cluster/area.ts';

export const elasticsearchOptions = z.strictObject({
  /** `http://host:port` or `https://host:port`; calls go round. */
  nodes: z.array(z.url({ protocol: /^https?$/ })).min(1),
  /** First part of the name of every index, template and alias. */
  prefix: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'lower-case letters, digits, `_` and `-`, at most 40')
    .default('bytecopy'),
  area: areaSchema.default(''),
  /** Base64, as Elasticsearch gives it out. */
  apiKey: z.string().min(1).optional(),
  credentials: z.strictObject({ username: z.string(), password: z.string() }).optional(),
  /** TLS with a certificate authority of one's own (PEM); the system's where absent. */
  caFile: z.string().min(1).optional(),
  /** Of segments that are made. */
  shards: z.number().int().min(1).max(64).default(1),
  /** Copies beside the first, of segments that are made; on a single node they stay unassigned and cost nothing. */
  replicas: z.number().int().min(0).max(8).default(1),
  /** How often what was put becomes seen by searches; shorter costs writing. */
  refreshMs: z.number().int().min(100).max(60_000).default(1_000),
  /** Bulk requests under way at once: the bound on what a slow cluster holds in memory here, 4 MB each. */
  bulksInFlight: z.number().int().min(1).max(16).default(2),
  /** Longest wait for the answer to one request. */
  requestTimeoutMs: z.number().int().min(100).max(120_000).default(10_000),
  /** How long a call is tried again before it fails. */
  retryMs: z.number().int().min(0).max(600_000).default(20_000),
});

export type ElasticsearchOptions = z.input<typeof elasticsearchOptions>;
export type CheckedElasticsearchOptions = z.output<typeof elasticsearchOptions>;

/** @throws BytecopyError `STORE_OPTIONS_INVALID` (exit code 2) */
export function checkElasticsearchOptions(options: ElasticsearchOptions): CheckedElasticsearchOptions {
  const checked = elasticsearchOptions.safeParse(options);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const message = `option ${issue?.path.join('.') ?? ''} of elasticsearch: ${issue?.message ?? ''}`;
  throw new BytecopyError('STORE_OPTIONS_INVALID', message, { cause: checked.error, exitCode: 2 });
}
