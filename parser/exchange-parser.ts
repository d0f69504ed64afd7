/**
 * Stream chunks in, requests and exchanges out.
 *
 * Pure: the time comes with the chunks and with `tick`. Every byte and every message is in the ledger at any moment:
 *
 *   stream bytes  in = in messages + discarded(reason) + gap(reason) + held
 *   messages      in = paired + oneway + lone(reason) + session(name) + left-out(replayed) + merged + held
 */
import type { ByteWitness, Exchange, Flow, Ledger, Micros, RequestReady, StreamChunk } from '../core/index.ts';
import { NO_EVENTS, type ParserEvent } from './events.ts';
import { FlowParser } from './flow-parser.ts';
import { type ParserOptions, parserOptions } from './options.ts';
import { ParserContext } from './parser-context.ts';
import { ProtocolStarter } from './protocol-starter.ts';
import { FlowTable, MAX_VIEWS } from './vantage/flow-table.ts';
import { Vantages } from './vantage/vantages.ts';

/** Flows are looked at for timeouts at most this often, by the time told. */
const SWEEP_INTERVAL_MICROS: Micros = 1_000_000;

export interface ExchangeParserDeps {
  readonly ledger: Ledger;
  /** Told of every discarded byte range; costs nothing where absent. */
  readonly witness?: ByteWitness;
}

export class ExchangeParser {
  readonly #options: ParserOptions;
  readonly #context: ParserContext;
  readonly #protocols: ProtocolStarter;
  readonly #flows = new FlowTable();
  readonly #vantages: Vantages;
  #events: ParserEvent[] = [];
  #sweptAt: Micros = 0;

  /** @throws BytecopyError `PARSER_OPTION_INVALID` */
  constructor(options: Partial<ParserOptions>, deps: ExchangeParserDeps) {
    const countOnly = options.countOnly === true;
    // No account depends on a trace.
    this.#options = parserOptions(countOnly ? { ...options, traceHeaders: [], traceFields: [] } : options);
    this.#vantages = new Vantages({
      request: (ready: RequestReady) => this.#events.push({ kind: 'request', ready }),
      exchange: (exchange: Exchange) => {
        if (!countOnly) this.#events.push({ kind: 'exchange', exchange });
      },
      takes: () => !countOnly,
    });
    this.#context = new ParserContext(this.#options, deps.ledger, this.#vantages, deps.witness);
    this.#protocols = new ProtocolStarter(this.#context);
  }

  /** @returns what the chunk completes, in order; the chunk's bytes are copied where they are needed longer */
  push(chunk: StreamChunk): readonly ParserEvent[] {
    this.#push(chunk);
    return this.#takeEvents();
  }

  /** The same for chunks that came together: one array for all their events costs much less than one a chunk. */
  pushAll(chunks: readonly StreamChunk[]): readonly ParserEvent[] {
    for (let i = 0; i < chunks.length; i++) this.#push(chunks[i] as StreamChunk);
    return this.#takeEvents();
  }

  #push(chunk: StreamChunk): void {
    const { bytes } = this.#context;
    switch (chunk.kind) {
      case 'open':
        this.#open(chunk.flow, chunk.at, false);
        break;
      case 'data': {
        const byteCount = chunk.bytes.length;
        bytes.in += byteCount;
        bytes.held += byteCount;
        const flow = this.#flows.get(chunk.flow) ?? this.#open(chunk.flow, chunk.at, chunk.offset > 0);
        flow.data(chunk);
        break;
      }
      case 'gap':
        bytes.in += chunk.byteCount;
        bytes.setAside('gap', chunk.reason, chunk.byteCount);
        (this.#flows.get(chunk.flow) ?? this.#open(chunk.flow, chunk.at, true)).gap(chunk);
        break;
      case 'close': {
        const flow = this.#flows.get(chunk.flow);
        flow?.close(chunk.direction, chunk.reason, chunk.at);
        if (flow?.ended) this.#forget(flow);
        break;
      }
      default:
        chunk satisfies never;
    }
  }

  /** Tells the time: requests that waited too long and flows that are idle end. Cheap when called often. */
  tick(at: Micros): readonly ParserEvent[] {
    this.#context.counts.flush(this.#context.ledger);
    if (at - this.#sweptAt < SWEEP_INTERVAL_MICROS) return NO_EVENTS;
    this.#sweptAt = at;
    const idleBefore = at - this.#options.idleTimeoutMs * 1000;
    for (const flow of this.#flows.all()) {
      if (flow.lastAt < idleBefore) this.#remove(flow, 'timeout', at);
      else flow.tick(at);
    }
    this.#vantages.tick(at);
    return this.#takeEvents();
  }

  /** The source ended: everything pending comes out, with the reason `source-ended`. */
  end(at: Micros): readonly ParserEvent[] {
    for (const flow of this.#flows.all()) this.#remove(flow, 'source-ended', at);
    this.#context.counts.flush(this.#context.ledger);
    return this.#takeEvents();
  }

  /**
   * A flow opened again under its id goes on as it is: its chunks continue the same streams.
   *
   * @param midStream its beginning is not there, as after it ended by being idle
   */
  #open(flow: Flow, at: Micros, midStream: boolean): FlowParser {
    const known = this.#flows.get(flow);
    if (known !== undefined) return known;
    if (this.#flows.size >= this.#options.maxFlows) this.#evict(this.#flows.oldest, at);
    const opened = new FlowParser(flow, this.#context, this.#protocols, at, midStream);
    const views = this.#flows.viewsOf(flow.id);
    if (views.length === MAX_VIEWS) this.#evict(views[0], at);
    this.#flows.add(opened);
    const [first] = views;
    if (first !== undefined) this.#vantages.opened(flow, first.flow, this.#context);
    return opened;
  }

  #evict(flow: FlowParser | undefined, at: Micros): void {
    if (flow === undefined) return;
    this.#context.ledger.addFact('flows-evicted');
    this.#remove(flow, 'evicted', at);
  }

  #remove(flow: FlowParser, reason: 'timeout' | 'evicted' | 'source-ended', at: Micros): void {
    flow.end(reason, at);
    this.#forget(flow);
  }

  #forget(flow: FlowParser): void {
    if (!this.#flows.delete(flow)) this.#vantages.closed(flow.flow.id);
  }

  #takeEvents(): readonly ParserEvent[] {
    if (this.#events.length === 0) return NO_EVENTS;
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
