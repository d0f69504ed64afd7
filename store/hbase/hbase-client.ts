/**
 * Requests to the REST gateways of an HBase cluster: with a deadline each, tried again where that may help, at another
 * gateway where there is one. All requests here are idempotent.
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { BytecopyError } from '../../core/index.ts';
import { clusterError } from '../cluster/cluster-error.ts';
import { withPatience } from '../cluster/patience.ts';
import type { CheckedHbaseOptions } from './options.ts';

const CONNECTIONS_A_GATEWAY = 32;

export interface GatewayRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly table: string;
  /** Behind the table: resource and query, escaped. */
  readonly resource: string;
  readonly accept?: 'application/json' | 'application/x-protobuf';
  readonly body?: { readonly type: 'text/xml' | 'application/x-protobuf'; readonly bytes: Uint8Array };
}

/** A table that is not there. */
export class MissingTableError extends Error {}

/** An answer that may be another one later. */
class TransientError extends Error {}

export class HbaseClient {
  readonly #options: CheckedHbaseOptions;
  readonly #authorization: string | undefined;
  #agent: Agent | undefined;
  #gateway = 0;
  #closed = false;

  constructor(options: CheckedHbaseOptions) {
    this.#options = options;
    const { credentials } = options;
    if (credentials === undefined) return;
    const pair = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
    this.#authorization = `Basic ${pair}`;
  }

  /**
   * @returns the answer's body; undefined for what is not there
   * @throws MissingTableError, BytecopyError `CLUSTER_*`
   */
  async ask(asked: GatewayRequest): Promise<Buffer | undefined> {
    const { retryMs, gateways } = this.#options;
    const isTransient = (error: unknown): boolean => !this.#closed && error instanceof TransientError;
    try {
      return await withPatience({ retryMs, isTransient }, () => this.#try(asked));
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      const where = `HBase at ${gateways.join(', ')}`;
      const message = `${where} does not answer, tried for ${retryMs / 1000} s: ${error.message}`;
      throw clusterError('CLUSTER_UNREACHABLE', message, error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#agent?.destroy();
  }

  async #try(asked: GatewayRequest): Promise<Buffer | undefined> {
    const { status, bytes } = await this.#send(asked);
    if (status < 300) return bytes;
    const text = bytes.toString('latin1', 0, 400).replaceAll(/\s+/g, ' ').trim();
    if (status === 404) {
      if (text.includes('TableNotFoundException')) throw new MissingTableError(asked.table);
      return undefined;
    }
    if (status === 401 || status === 403) {
      throw clusterError('CLUSTER_REFUSED', `the gateway ${this.#address} refuses us: ${status} ${text}`);
    }
    if (status < 500) {
      throw clusterError('CLUSTER_SCHEMA', `the gateway ${this.#address} does not take what we ask: ${status} ${text}`);
    }
    // A scan or a read of a table that is not there is a 500 without a word.
    if (asked.resource !== 'exists' && asked.table !== '') {
      const exists = await this.#send({ method: 'GET', table: asked.table, resource: 'exists' });
      if (exists.status === 404) throw new MissingTableError(asked.table);
    }
    throw new TransientError(`${status} ${text}`);
  }

  async #send(asked: GatewayRequest): Promise<{ readonly status: number; readonly bytes: Buffer }> {
    if (this.#closed) throw new BytecopyError('STORE_CLOSED', 'the data layer on HBase was closed');
    const { requestTimeoutMs } = this.#options;
    const url = `${this.#address.replace(/\/+$/, '')}/${asked.table}${asked.table === '' ? '' : '/'}${asked.resource}`;
    this.#agent ??= this.#makeAgent();
    try {
      const answer = await request(url, {
        method: asked.method,
        dispatcher: this.#agent,
        signal: AbortSignal.timeout(requestTimeoutMs),
        headers: {
          accept: asked.accept ?? 'application/json',
          ...(asked.body === undefined ? {} : { 'content-type': asked.body.type }),
          ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
        },
        ...(asked.body === undefined ? {} : { body: asked.body.bytes }),
      });
      return { status: answer.statusCode, bytes: Buffer.from(await answer.body.arrayBuffer()) };
    } catch (error) {
      const text = error instanceof Error ? error.message || error.name : String(error);
      if (/certificate|self.signed|SSL|TLS/i.test(text)) {
        throw clusterError('CLUSTER_REFUSED', `no trust in the gateway ${this.#address}: ${text}`, error);
      }
      this.#gateway = (this.#gateway + 1) % this.#options.gateways.length;
      throw new TransientError(text, { cause: error });
    }
  }

  get #address(): string {
    return this.#options.gateways[this.#gateway] as string;
  }

  #makeAgent(): Agent {
    const { requestTimeoutMs, tls } = this.#options;
    return new Agent({
      connections: CONNECTIONS_A_GATEWAY,
      connect: {
        timeout: requestTimeoutMs,
        ...(tls?.caFile === undefined ? {} : { ca: readCertificates(tls.caFile) }),
      },
      headersTimeout: requestTimeoutMs,
      bodyTimeout: requestTimeoutMs,
    });
  }
}

function readCertificates(caFile: string): string {
  try {
    return readFileSync(caFile, 'utf8');
  } catch (error) {
    throw clusterError('CLUSTER_REFUSED', `cannot read the certificates ${caFile}`, error);
  }
}
