/** Options of the data layer on Cassandra: schema, defaults, units. */
import { z } from 'zod';
import { BytecopyError } from '../../core/index.ts';
import { areaSchema } from '../cluster/area.ts';
import { MAX_SHARDS } from '../cluster/shard-of.ts';

export const CONSISTENCIES = [
  'ONE',
  'LOCAL_ONE',
  'TWO',
  'THREE',
  'QUORUM',
  'LOCAL_QUORUM',
  'EACH_QUORUM',
  'ALL',
] as const;
export type Consistency = (typeof CONSISTENCIES)[number];

export const cassandraOptions = z.strictObject({
  /** `host` or `host:port`; the driver finds the other nodes. */
  contactPoints: z.array(z.string().min(1)).min(1),
  localDataCenter: z.string().min(1).default('datacenter1'),
  keyspace: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,47}$/, 'lower-case letters, digits and `_`, at most 48')
    .default('bytecopy'),
  /** Copies in the local data centre, for a keyspace that is made; 3, or one a node where there are fewer, when absent. */
  replicationFactor: z.number().int().min(1).max(9).optional(),
  area: areaSchema.default(''),
  credentials: z.strictObject({ username: z.string(), password: z.string() }).optional(),
  /** TLS, with the certificates of the system or a file of one's own (PEM). */
  tls: z.strictObject({ caFile: z.string().min(1).optional() }).optional(),
  /** Partitions that the blocks of a bucket spread over, for segments that are made; those that exist keep theirs. */
  shards: z.number().int().min(1).max(MAX_SHARDS).default(4),
  writeConsistency: z.enum(CONSISTENCIES).default('LOCAL_QUORUM'),
  readConsistency: z.enum(CONSISTENCIES).default('LOCAL_QUORUM'),
  /** Longest wait for the answer to one request. */
  requestTimeoutMs: z.number().int().min(100).max(120_000).default(10_000),
  /** How long a call is tried again before it fails. */
  retryMs: z.number().int().min(0).max(600_000).default(20_000),
  /** Makes the keyspace with the first write; otherwise `init` must have made it. */
  createKeyspace: z.boolean().default(true),
});

export type CassandraOptions = z.input<typeof cassandraOptions>;
export type CheckedCassandraOptions = z.output<typeof cassandraOptions>;

/** @throws BytecopyError `STORE_OPTIONS_INVALID` (exit code 2) */
export function checkCassandraOptions(options: CassandraOptions): CheckedCassandraOptions {
  const checked = cassandraOptions.safeParse(options);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const message = `option ${issue?.path.join('.') ?? ''} of cassandra: ${issue?.message ?? ''}`;
  throw new BytecopyError('STORE_OPTIONS_INVALID', message, { cause: checked.error, exitCode: 2 });
}
