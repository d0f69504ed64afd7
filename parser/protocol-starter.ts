/** Starts the flow parser of a protocol; a protocol that is parsed has a line here. */
import type { Flow } from '../core/index.ts';
import { Http1Context } from './http1/http1-context.ts';
import { Http1Flow } from './http1/http1-flow.ts';
import type { ParserContext } from './parser-context.ts';
import type { FlowHost, ProtocolFlow } from './protocol-flow.ts';
import { SessionFlow } from './tcp/session-flow.ts';
import { ThriftContext } from './thrift/thrift-context.ts';
import { ThriftFlow } from './thrift/thrift-flow.ts';

export type ParsedProtocol = 'http1' | 'thrift';

export class ProtocolStarter {
  readonly #context: ParserContext;
  readonly #http1: Http1Context;
  readonly #thrift: ThriftContext;

  constructor(context: ParserContext) {
    this.#context = context;
    this.#http1 = new Http1Context(context);
    this.#thrift = new ThriftContext(context);
  }

  /**
   * @param midStream the beginning of the flow was not seen
   * @param host told when the protocol ends before the flow does
   */
  start(protocol: ParsedProtocol, flow: Flow, midStream: boolean, host: FlowHost): ProtocolFlow {
    switch (protocol) {
      case 'http1':
        return new Http1Flow(flow, this.#http1, midStream, host);
      case 'thrift':
        return new ThriftFlow(flow, this.#thrift, midStream);
      default:
        return protocol satisfies never;
    }
  }

  /**
   * @param protocol its name, as recognised
   * @param attributes of all exchanges of the flow
   */
  startSession(protocol: string, flow: Flow, attributes: Readonly<Record<string, string>>): ProtocolFlow {
    return new SessionFlow(flow, this.#context, protocol, attributes);
  }
}
