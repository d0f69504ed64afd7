/** A real server of its own: free ports, data in a temporary folder, ends with the process that started it. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../servers/nginx.ts';
import { findJava17, installService, type ServiceName, serviceScript, servicesFolder } from './install-service.ts';

/** Longest wait until a server is ready: several times what each takes on two busy cores. */
const READY_SECONDS = 150;

const SCRIPT_TIMEOUT_MS = (READY_SECONDS + 30) * 1000;

/** The variable that names the port clients connect to comes first. */
const PORTS: Readonly<Record<ServiceName, readonly string[]>> = {
  elasticsearch: ['ES_PORT', 'ES_TRANSPORT_PORT'],
  cassandra: ['CASSANDRA_PORT', 'CASSANDRA_STORAGE_PORT'],
  hbase: ['HBASE_REST_PORT', 'HBASE_ZK_PORT', 'HBASE_MASTER_PORT', 'HBASE_REGION_PORT'],
};

export class Service {
  readonly name: ServiceName;
  #environment: NodeJS.ProcessEnv | undefined;
  #folder = '';

  constructor(name: ServiceName) {
    this.name = name;
  }

  /** Where clients connect: HTTP of Elasticsearch and of HBase's REST gateway, CQL of Cassandra. */
  get port(): number {
    const port = this.#environment?.[PORTS[this.name][0] as string];
    if (port === undefined) throw new Error(`${this.name} was not started`);
    return Number(port);
  }

  /** `127.0.0.1:port` */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /**
   * Starts the server, again on the same ports and data after {@link stop}, and waits until it serves.
   *
   * @throws Error with the end of the server's log when it is not ready in time
   */
  async start(): Promise<void> {
    this.#environment ??= await this.#prepare();
    await this.#script('start');
    await this.#script('wait');
  }

  /** Ends the server's processes by their ids; its data stays for the next {@link start}. */
  async stop(): Promise<void> {
    if (this.#environment !== undefined) await this.#script('stop');
  }

  /** Stops for good and removes the data. */
  async remove(): Promise<void> {
    await this.stop();
    this.#environment = undefined;
    if (this.#folder !== '') await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #prepare(): Promise<NodeJS.ProcessEnv> {
    const missing = installService(this.name);
    if (missing !== undefined) throw new Error(missing);
    this.#folder = await mkdtemp(join(tmpdir(), `bytecopy-${this.name}-`));
    // Elasticsearch runs as nobody where the tests run as root.
    await chmod(this.#folder, 0o755);
    const ports = await Promise.all(PORTS[this.name].map(async (name) => [name, String(await freePort())] as const));
    return {
      ...process.env,
      ...Object.fromEntries(ports),
      JAVA_HOME: findJava17(),
      BYTECOPY_SERVICES: servicesFolder(),
      SERVICE_RUN: join(this.#folder, 'run'),
      SERVICE_OWNER: String(process.pid),
      WAIT_SECONDS: String(READY_SECONDS),
    };
  }

  async #script(command: 'start' | 'wait' | 'stop'): Promise<void> {
    await promisify(execFile)('bash', [serviceScript(this.name), command], {
      env: this.#environment,
      timeout: SCRIPT_TIMEOUT_MS,
    });
  }
}
