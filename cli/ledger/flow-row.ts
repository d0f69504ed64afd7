/** One flow of a detailed ledger. */
import {
  type Direction,
  type Endpoint,
  type Exchange,
  type Flow,
  formatEndpoint,
  formatIsoTime,
  type Micros,
  type StreamChunk,
} from '../../core/index.ts';
import { FlowSums, type FlowSumsReport } from './flow-sums.ts';

export interface FlowReport extends FlowSumsReport {
  readonly id: string;
  /** `ip:port`, as the collector has the ends. */
  readonly client: string;
  readonly server: string;
  readonly network: string;
  readonly vantage: string;
  /** `http1`, `thrift`, the name of a protocol that is not parsed, `unknown`, or `empty` where there were no bytes. */
  readonly protocol: string;
  /** Content showed client and server to be the other way round; the directions here are the collector's. */
  readonly endsExchanged: boolean;
  readonly startedAt: string;
  readonly lastAt: string;
}

const NOT_PARSED = /^not-\w+:(.+)$/;

export class FlowRow {
  readonly flow: Flow;
  readonly sums = new FlowSums();
  lastAt: Micros;
  /** The same flow seen at another place. */
  twin: FlowRow | undefined = undefined;
  #protocol = '';
  #endsExchanged = false;

  constructor(flow: Flow, at: Micros) {
    this.flow = flow;
    this.lastAt = at;
  }

  /** @param chunk one of this flow */
  chunk(chunk: StreamChunk): void {
    this.lastAt = Math.max(this.lastAt, chunk.at);
    this.sums.chunk(chunk);
  }

  exchange(exchange: Exchange): void {
    const clientDirection = clientDirectionOf(exchange.flow, this.flow);
    this.#endsExchanged ||= clientDirection === 1;
    if (this.#protocol === '' || this.#protocol === 'tcp') {
      const name = exchange.outcome === 'session' ? exchange.operation : '';
      this.#protocol = name === '' ? exchange.protocol : name;
    }
    this.sums.exchange(exchange, clientDirection);
  }

  get protocol(): string {
    if (this.#protocol !== '') return this.#protocol;
    for (const reason of Object.keys(this.sums.discardReasons)) {
      const name = NOT_PARSED.exec(reason)?.[1];
      if (name !== undefined) return name;
    }
    return this.sums.byteCount === 0 ? 'empty' : 'unknown';
  }

  report(): FlowReport {
    const { flow } = this;
    return {
      id: flow.id,
      client: formatEndpoint(flow.client),
      server: formatEndpoint(flow.server),
      network: flow.network,
      vantage: flow.vantage,
      protocol: this.protocol,
      endsExchanged: this.#endsExchanged,
      startedAt: formatIsoTime(flow.startedAt),
      lastAt: formatIsoTime(this.lastAt),
      ...this.sums.report(),
    };
  }
}

/** The direction of `seen` in which the client of `told` speaks: 1 where content showed the ends to be exchanged. */
export function clientDirectionOf(told: Flow, seen: Flow): Direction {
  return told !== seen && isSame(told.client, seen.server) && isSame(told.server, seen.client) ? 1 : 0;
}

/** A direction of `told` as `seen` has it. */
export function directionIn(told: Flow, seen: Flow, direction: Direction): Direction {
  return clientDirectionOf(told, seen) === 0 ? direction : ((1 - direction) as Direction);
}

/** Both are the same two ends in the same network, whoever is the client. */
export function hasSameEnds(one: Flow, other: Flow): boolean {
  if (one === other) return true;
  if (one.network !== other.network) return false;
  return (
    (isSame(one.client, other.client) && isSame(one.server, other.server)) ||
    (isSame(one.client, other.server) && isSame(one.server, other.client))
  );
}

function isSame(one: Endpoint, other: Endpoint): boolean {
  return one.port === other.port && one.address === other.address;
}
