/**
 * One client of a Cassandra cluster: connects with its first request, tries again what may be tried again, and says
 * what went wrong in our words. The only file that imports `cassandra-driver`.
 *
 * All statements here are idempotent; conditional ones are too, as who wrote a row is read back.
 */
import { readFileSync } from 'node:fs';
import cassandra from 'cassandra-driver';
import { BytecopyError, type Millis } from '../../core/index.ts';
import { clusterError } from '../cluster/cluster-error.ts';
import { withPatience } from '../cluster/patience.ts';
import type { CheckedCassandraOptions, Consistency } from './options.ts';

/** A cluster that is down is asked again this often; the driver's own pauses grow to ten minutes. */
const RECONNECT_MS: Millis = 1000;
/** Statements a segment's table has, by the segments that are in use at a time. */
const MAX_PREPARED = 4000;
/** Tables take a second to make, and several on a busy cluster. */
const DEFINE_MS: Millis = 30_000;
const CLOSE_MS: Millis = 5000;

/** Protocol error codes (native protocol v5, section 9). */
const CODE = {
  badCredentials: 0x0100,
  unauthorized: 0x2100,
  invalid: 0x2200,
  unprepared: 0x2500,
} as const;
/** Unavailable, overloaded, bootstrapping, truncation, write time-out, read time-out, read failure, write failure, lost race, … */
const TRANSIENT_CODES = [0x1000, 0x1001, 0x1002, 0x1003, 0x1100, 0x1200, 0x1300, 0x1500, 0x1700, 0x0000];

export interface Statement {
  readonly query: string;
  readonly params: unknown[];
}

export interface Page {
  readonly rows: readonly cassandra.types.Row[];
  /** Where the next page begins; absent behind the last. */
  readonly pageState: string | undefined;
}

export interface PageRequest {
  readonly rows: number;
  readonly pageState?: string | undefined;
}

export class CassandraClient {
  readonly #options: CheckedCassandraOptions;
  #connected: Promise<cassandra.Client> | undefined;
  #closed = false;

  constructor(options: CheckedCassandraOptions) {
    this.#options = options;
  }

  /** One page of what a statement answers. */
  read(query: string, params: unknown[], page: PageRequest): Promise<Page> {
    return this.#patiently(async (client) => {
      const result = await client.execute(query, params, {
        prepare: true,
        isIdempotent: true,
        consistency: cassandra.types.consistencies[consistencyName(this.#options.readConsistency)],
        fetchSize: page.rows,
        ...(page.pageState === undefined ? {} : { pageState: page.pageState }),
      });
      return { rows: result.rows ?? [], pageState: result.pageState ?? undefined };
    }, query);
  }

  /** Everything that a statement answers; for what is known to be short. */
  async readAll(query: string, params: unknown[]): Promise<readonly cassandra.types.Row[]> {
    const rows: cassandra.types.Row[] = [];
    let pageState: string | undefined;
    do {
      const page = await this.read(query, params, { rows: 1000, pageState });
      rows.push(...page.rows);
      pageState = page.pageState;
    } while (pageState !== undefined);
    return rows;
  }

  /** @param statements of one partition: more than one are an unlogged batch */
  write(statements: readonly Statement[]): Promise<void> {
    const options = {
      prepare: true,
      isIdempotent: true,
      logged: false,
      consistency: cassandra.types.consistencies[consistencyName(this.#options.writeConsistency)],
    };
    return this.#patiently(async (client) => {
      const [only] = statements;
      if (statements.length === 1 && only !== undefined) await client.execute(only.query, only.params, options);
      else await client.batch([...statements], options);
    }, statements[0]?.query);
  }

  /** A write with a condition. */
  async compareAndSet(query: string, params: unknown[]): Promise<void> {
    await this.#patiently((client) =>
      client.execute(query, params, {
        prepare: true,
        isIdempotent: true,
        consistency: cassandra.types.consistencies[consistencyName(this.#options.writeConsistency)],
        serialConsistency: cassandra.types.consistencies.localSerial,
      }),
    );
  }

  /** Changes tables; resolves when all nodes that are up agree. */
  async define(query: string): Promise<void> {
    const readTimeout = Math.max(this.#options.requestTimeoutMs, DEFINE_MS);
    await this.#patiently((client) => client.execute(query, [], { prepare: false, isIdempotent: true, readTimeout }));
  }

  /** Nodes of the local data centre. */
  nodeCount(): Promise<number> {
    return this.#patiently((client) => {
      const hosts = client.getState().getConnectedHosts();
      const all = hosts.filter((host) => host.datacenter === this.#options.localDataCenter);
      return Promise.resolve(Math.max(all.length, 1));
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = await this.#connected?.catch(() => undefined);
    this.#connected = undefined;
    if (client !== undefined) await deadline(client.shutdown(), CLOSE_MS).catch(() => {});
  }

  /** @param query of the work, where it is a prepared one */
  async #patiently<T>(work: (client: cassandra.Client) => Promise<T>, query?: string): Promise<T> {
    const { retryMs } = this.#options;
    try {
      return await withPatience({ retryMs, isTransient: (error) => !this.#closed && isTransient(error) }, async () => {
        const client = await this.#connect();
        try {
          return await work(client);
        } catch (error) {
          if (query !== undefined && isUnprepared(error)) await this.#probeTable(client, query);
          throw error;
        }
      });
    } catch (error) {
      throw this.#toError(error);
    }
  }

  /**
   * A statement that its node forgot is prepared anew by the driver, which keeps to itself why that failed: most often
   * the table was dropped.
   *
   * @throws ResponseError what the node says of the table
   */
  async #probeTable(client: cassandra.Client, query: string): Promise<void> {
    const table = /\b(?:FROM|INTO|UPDATE)\s+([\w."]+)/i.exec(query)?.[1];
    if (table !== undefined) await client.execute(`SELECT * FROM ${table} LIMIT 1`, [], { prepare: false });
  }

  #connect(): Promise<cassandra.Client> {
    if (this.#closed) throw new BytecopyError('STORE_CLOSED', 'the data layer on Cassandra was closed');
    this.#connected ??= this.#open();
    return this.#connected;
  }

  async #open(): Promise<cassandra.Client> {
    const client = this.#makeClient();
    try {
      await deadline(client.connect(), 2 * this.#options.requestTimeoutMs);
      return client;
    } catch (error) {
      this.#connected = undefined;
      await deadline(client.shutdown(), CLOSE_MS).catch(() => {});
      throw error;
    }
  }

  #makeClient(): cassandra.Client {
    const { contactPoints, localDataCenter, credentials, tls, requestTimeoutMs } = this.#options;
    const { caFile } = tls ?? {};
    return new cassandra.Client({
      contactPoints: [...contactPoints],
      localDataCenter,
      ...(credentials === undefined ? {} : { credentials }),
      ...(tls === undefined
        ? {}
        : {
            sslOptions: { rejectUnauthorized: true, ...(caFile === undefined ? {} : { ca: readCertificates(caFile) }) },
          }),
      maxPrepared: MAX_PREPARED,
      isMetadataSyncEnabled: false,
      policies: { reconnection: new cassandra.policies.reconnection.ConstantReconnectionPolicy(RECONNECT_MS) },
      socketOptions: { readTimeout: requestTimeoutMs, connectTimeout: requestTimeoutMs },
    });
  }

  #toError(error: unknown): BytecopyError {
    if (error instanceof BytecopyError) return error;
    const where = `Cassandra at ${this.#options.contactPoints.join(', ')}`;
    const { refusal, text } = reasonOf(error);
    if (text.includes('localDataCenter')) {
      const hint = 'name one of the data centres that it tells as `localDataCenter`';
      return clusterError('CLUSTER_REFUSED', `${where}: ${text}`, error, hint);
    }
    if (refusal) return clusterError('CLUSTER_REFUSED', `${where} refuses us: ${text}`, error);
    if (isTransient(error)) {
      const { retryMs } = this.#options;
      return clusterError(
        'CLUSTER_UNREACHABLE',
        `${where} does not answer, tried for ${retryMs / 1000} s: ${text}`,
        error,
      );
    }
    return clusterError('CLUSTER_SCHEMA', `${where} does not take what we ask: ${text}`, error);
  }
}

/** @returns whether a request failed because its table or keyspace is not there */
export function isMissingTable(error: unknown): boolean {
  const cause = error instanceof BytecopyError ? error.cause : error;
  return (
    cause instanceof cassandra.errors.ResponseError &&
    /unconfigured table|(?:table|keyspace) \S+ does not exist/i.test(cause.message)
  );
}

function isUnprepared(error: unknown): boolean {
  const inner = error instanceof cassandra.errors.NoHostAvailableError ? Object.values(error.innerErrors) : [error];
  return inner.some((each) => each instanceof cassandra.errors.ResponseError && each.code === CODE.unprepared);
}

function isTransient(error: unknown): boolean {
  if (error instanceof BytecopyError) return false;
  if (error instanceof cassandra.errors.NoHostAvailableError) return !reasonOf(error).refusal;
  if (error instanceof cassandra.errors.OperationTimedOutError || error instanceof DeadlineError) return true;
  if (error instanceof cassandra.errors.BusyConnectionError) return true;
  if (error instanceof cassandra.errors.ResponseError) return TRANSIENT_CODES.includes(error.code);
  return /socket|connection|ECONN|EPIPE|closed/i.test(error instanceof Error ? error.message : '');
}

/** The first reason of one of the hosts says more than that no host answered. */
function reasonOf(error: unknown): { readonly refusal: boolean; readonly text: string } {
  const inner =
    error instanceof cassandra.errors.NoHostAvailableError
      ? (Object.values(error.innerErrors) as unknown[]).find((each) => each instanceof Error)
      : undefined;
  const reason = inner ?? error;
  const code = reason instanceof cassandra.errors.ResponseError ? reason.code : undefined;
  const text = reason instanceof Error ? reason.message : String(reason);
  const refusal =
    reason instanceof cassandra.errors.AuthenticationError ||
    code === CODE.badCredentials ||
    code === CODE.unauthorized ||
    /certificate|self.signed|SSL|TLS|localDataCenter/i.test(text);
  return { refusal, text };
}

function consistencyName(consistency: Consistency): 'one' {
  return consistency.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()) as 'one';
}

function readCertificates(caFile: string): Buffer {
  try {
    return readFileSync(caFile);
  } catch (error) {
    throw clusterError('CLUSTER_REFUSED', `cannot read the certificates ${caFile}`, error);
  }
}

class DeadlineError extends Error {}

async function deadline<T>(work: Promise<T>, limitMs: Millis): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`no connection within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
