/**
 * Calls to the cluster, each with a deadline: tried again while that may help, then an error that says what to do.
 *
 *     no connection, no answer in time, 429, 502, 503, 504     again with pauses up to `retryMs`, then INDEX_UNREACHABLE
 *     404                                                      undefined
 *     all else                                                 INDEX_REFUSED
 */
import { readFile } from 'node:fs/promises';
import { Client, type ClientOptions, errors } from '@elastic/elasticsearch';
import type { BytecopyError, Millis } from '../../core/index.ts';
import { withPatience } from '../cluster/patience.ts';
import { indexError, isTransientStatus } from './index-error.ts';
import type { CheckedElasticsearchOptions } from './options.ts';

export interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: object;
  /** Lines of JSON. */
  readonly lines?: string;
  /** Shorter patience than the options': somebody waits, who can do without the answer. */
  readonly retryMs?: Millis;
}

export class ElasticsearchClient {
  readonly #options: CheckedElasticsearchOptions;
  #client: Promise<Client> | undefined;
  #closed = false;

  constructor(options: CheckedElasticsearchOptions) {
    this.#options = options;
  }

  /**
   * Runs an idempotent call.
   *
   * @returns the answer's body; undefined where there is nothing of that name
   * @throws BytecopyError `INDEX_UNREACHABLE`, `INDEX_REFUSED`, `INDEX_CLOSED`
   */
  async call<T>(call: Call): Promise<T | undefined> {
    const { requestTimeoutMs } = this.#options;
    const retryMs = Math.min(this.#options.retryMs, call.retryMs ?? Number.POSITIVE_INFINITY);
    let before: unknown;
    const mayPass = (error: unknown): boolean => {
      if (this.#closed) return false;
      before = error;
      return isTransient(error);
    };
    try {
      return await withPatience({ retryMs, isTransient: mayPass }, async () => {
        const client = await this.#open();
        const { method, path, query = {}, body, lines } = call;
        const answer = await client.transport.request(
          {
            method,
            path,
            querystring: query,
            ...(body && { body }),
            ...(lines === undefined ? {} : { bulkBody: lines }),
          },
          { requestTimeout: requestTimeoutMs, maxRetries: 0, ignore: [404], meta: true },
        );
        return answer.statusCode === 404 ? undefined : (answer.body as T);
      });
    } catch (error) {
      throw this.#explain(call, error, before);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = this.#client;
    this.#client = undefined;
    await (await client?.catch(() => undefined))?.close();
  }

  #open(): Promise<Client> {
    if (this.#closed) throw indexError('INDEX_CLOSED', 'the index was closed');
    this.#client ??= connect(this.#options).catch((error) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }

  /** @param before what failed while the index was open */
  #explain({ method, path }: Call, error: unknown, before: unknown): BytecopyError {
    const nodes = this.#options.nodes.join(', ');
    if (this.#closed) {
      const why = before === undefined ? '' : `: ${wordsOf(before)}`;
      return indexError('INDEX_CLOSED', `Elasticsearch at ${nodes} had not answered when it was closed${why}`, error);
    }
    if (isTransient(error)) {
      return indexError('INDEX_UNREACHABLE', `Elasticsearch at ${nodes} does not answer: ${wordsOf(error)}`, error);
    }
    const what = `${method} ${path.split('?', 1)[0]}`;
    return indexError('INDEX_REFUSED', `Elasticsearch at ${nodes} refused ${what}: ${wordsOf(error)}`, error);
  }
}

/** @throws BytecopyError `INDEX_REFUSED` where the certificate cannot be read */
async function connect(options: CheckedElasticsearchOptions): Promise<Client> {
  const { nodes, apiKey, credentials, caFile } = options;
  const auth = apiKey === undefined ? credentials : { apiKey };
  const settings: ClientOptions = { nodes, ...(auth === undefined ? {} : { auth }) };
  if (caFile === undefined) return new Client(settings);
  try {
    return new Client({ ...settings, tls: { ca: await readFile(caFile) } });
  } catch (error) {
    throw indexError(
      'INDEX_REFUSED',
      `the certificate authority ${caFile} cannot be read`,
      error,
      'set another caFile',
    );
  }
}

/** A certificate that is refused stays refused. */
const TLS_TROUBLE = /certificate|self.signed|altname|tls|ssl/i;

function isTransient(error: unknown): boolean {
  if (error instanceof errors.TimeoutError || error instanceof errors.NoLivingConnectionsError) return true;
  if (error instanceof errors.ConnectionError) return !TLS_TROUBLE.test(error.message);
  return error instanceof errors.ResponseError && isTransientStatus(error.statusCode ?? 0);
}

function wordsOf(error: unknown): string {
  if (error instanceof errors.ResponseError) {
    const body = error.body as { error?: { type?: string; reason?: string } | string } | string | undefined;
    const told = typeof body === 'object' ? body?.error : body;
    const words = typeof told === 'object' ? `${told.type ?? ''}: ${told.reason ?? ''}` : (told ?? '');
    return `${error.statusCode} ${words}`.trim().slice(0, 300);
  }
  return error instanceof Error ? error.message.split('\n', 1)[0]?.slice(0, 300) || error.name : String(error);
}
