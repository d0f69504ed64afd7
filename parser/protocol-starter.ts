/** Starts the flow parser of a protocol; a protocol that is parsed has a line here. */
import type { Flow } from '../core/index.ts';
import { Http1Context } from './http1/http1-context.ts';
import { Http1Flow } from './http1/http1-flow.ts';
import type { ParserContext } from './parser-context.ts';
import type { FlowHost, ProtocolFlow } from './protocol-flow.ts';

export type ParsedProtocol = 'http1';

export class ProtocolStarter {
  readonly #http1: Http1Context;

  constructor(context: ParserContext) {
    this.#http1 = new Http1Context(context);
  }

  /**
   * @param midStream the beginning of the flow was not seen
   * @param host told when the protocol ends before the flow does
   */
  start(protocol: ParsedProtocol, flow: Flow, midStream: boolean, host: FlowHost): ProtocolFlow {
    switch (protocol) {
      case 'http1':
        return new Http1Flow(flow, this.#http1, midStream, host);
      default:
        return protocol satisfies never;
    }
  }
}
