/**
 * Instances from the DNS, looked up again and again at equal distances: addresses of a name (A and AAAA), or SRV records.
 *
 * Names are asked of name servers alone: what stands in `/etc/hosts` is no service. A look that does not end within the
 * interval skips the next one. Source: RFC 1035; RFC 2782 for priorities and weights.
 */
import { Resolver, type SrvRecord } from 'node:dns';
import {
  BytecopyError,
  type Clock,
  type Discovery,
  type DiscoveryWatcher,
  type Millis,
  type ServiceInstance,
} from '../../core/index.ts';
import { SecondLook } from './second-look.ts';

const LONGEST_LOOK_MS: Millis = 2_000;
const TRIES = 2;
/** Records of one answer that are taken. */
const MAX_INSTANCES = 10_000;
/** "A very small chance of being selected", beside records that have a weight. */
const WEIGHTLESS = 0.01;

export interface DnsDiscoveryOptions {
  /** Of all instances of a name; SRV records say their own. */
  readonly port: number | undefined;
  readonly refreshMs: Millis;
  /** Name servers; the system's where undefined. */
  readonly servers: readonly string[] | undefined;
}

export class DnsDiscovery implements Discovery {
  readonly #options: DnsDiscoveryOptions;
  readonly #clock: Clock;

  constructor(options: DnsDiscoveryOptions, { clock }: { readonly clock: Clock }) {
    this.#options = options;
    this.#clock = clock;
  }

  watch(name: string, watcher: DiscoveryWatcher): () => void {
    const { refreshMs, servers } = this.#options;
    const resolver = new Resolver({ timeout: Math.min(refreshMs * 2, LONGEST_LOOK_MS), tries: TRIES });
    if (servers !== undefined) resolver.setServers(servers);
    const looks = new SecondLook();
    const startedAt = this.#clock.monotonic();
    let timer: NodeJS.Timeout | undefined;
    let stopped = false;
    let lastTrouble = '';
    const look = async () => {
      const found = await this.#find(resolver, name).catch((cause: unknown) => troubleOf(name, cause));
      if (stopped) return;
      const trouble = found instanceof BytecopyError ? found : found.length === 0 ? noRecords(name) : undefined;
      if (trouble !== undefined && trouble.message !== lastTrouble) watcher.trouble(trouble);
      lastTrouble = trouble?.message ?? '';
      const changed = found instanceof BytecopyError ? undefined : looks.look(found);
      if (changed !== undefined && !stopped) watcher.changed(changed);
      if (stopped) return;
      const elapsedMs = (this.#clock.monotonic() - startedAt) / 1_000;
      timer = setTimeout(() => void look(), refreshMs - (elapsedMs % refreshMs));
    };
    void look();
    return () => {
      if (stopped) return;
      stopped = true;
      clearTimeout(timer);
      resolver.cancel();
    };
  }

  async #find(resolver: Resolver, name: string): Promise<readonly ServiceInstance[]> {
    const { port } = this.#options;
    if (port === undefined) return instancesOf(await asked<SrvRecord>((done) => resolver.resolveSrv(name, done)));
    const [four, six] = await Promise.all([
      asked<string>((done) => resolver.resolve4(name, done)),
      asked<string>((done) => resolver.resolve6(name, done)),
    ]);
    return [...four, ...six].slice(0, MAX_INSTANCES).map((host) => ({ host, port, weight: 1 }));
  }
}

/** A name without such records, and no name at all, have no instances. */
function asked<Found>(
  ask: (done: (error: NodeJS.ErrnoException | null, found: Found[]) => void) => void,
): Promise<readonly Found[]> {
  return new Promise((resolve, reject) => {
    ask((error, found) => {
      if (error === null) resolve(found);
      else if (error.code === 'ENODATA' || error.code === 'ENOTFOUND') resolve([]);
      else reject(error);
    });
  });
}

/** Those of the lowest priority, which is the best. */
function instancesOf(records: readonly SrvRecord[]): readonly ServiceInstance[] {
  const best = records.reduce((least, { priority }) => Math.min(least, priority), Number.POSITIVE_INFINITY);
  const chosen = records.filter(({ priority, port }) => priority === best && port > 0).slice(0, MAX_INSTANCES);
  const weightless = chosen.every(({ weight }) => weight === 0) ? 1 : WEIGHTLESS;
  return chosen.map(({ name, port, weight }) => ({
    host: name.replace(/\.$/, '').toLowerCase(),
    port,
    weight: weight === 0 ? weightless : weight,
  }));
}

function noRecords(name: string): BytecopyError {
  return new BytecopyError('DISCOVERY_EMPTY', `the name ${name} has no instances`, {
    hint: 'check the name; only name servers are asked, not the hosts file',
  });
}

function troubleOf(name: string, cause: unknown): BytecopyError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new BytecopyError('DISCOVERY_FAILED', `the name ${name} cannot be looked up: ${whyOf(code) ?? message}`, {
    hint: 'what was found before stays; the next look comes by itself',
    cause,
  });
}

function whyOf(code: string | undefined): string | undefined {
  switch (code) {
    case 'ETIMEOUT':
      return 'no name server answers';
    case 'ECONNREFUSED':
      return 'no name server listens';
    case 'ESERVFAIL':
      return 'the name server has failed';
    case 'EREFUSED':
      return 'the name server refuses';
    default:
      return undefined;
  }
}
