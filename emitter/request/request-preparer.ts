/** A recorded request → the bytes to send, or the reason why it is not sent: each protocol in a file of its own. */
import type { NotSentReason, PreparedRequest } from '../../core/index.ts';
import type { SendingOptions } from '../options.ts';
import type { RecordedServers, Target } from '../target.ts';
import { Http1Preparer } from './http1-preparer.ts';
import type { ProtocolPreparer, RecordedRequest } from './recorded-request.ts';
import { SessionPreparer } from './session-preparer.ts';
import { ThriftPreparer } from './thrift-preparer.ts';
import { WriteGuard } from './write-guard.ts';

export class RequestPreparer {
  readonly #http1: ProtocolPreparer;
  readonly #thrift: ProtocolPreparer;
  readonly #session: ProtocolPreparer;
  readonly #http2: boolean;

  /**
   * @param targets at least one
   * @param guard refuses requests that were recorded from a target; absent where that is allowed
   */
  constructor(options: SendingOptions, targets: readonly Target[], guard: RecordedServers | undefined) {
    const writes = new WriteGuard(options.writes);
    this.#http1 = new Http1Preparer(options, targets, guard, writes);
    this.#thrift = new ThriftPreparer(options, guard, writes);
    this.#session = new SessionPreparer(guard, writes);
    this.#http2 = options.http2;
  }

  /**
   * Cheap: nothing is copied.
   * @returns why it is not sent, undefined where it may go
   * @throws BytecopyError `REPLAY_TARGET_IS_RECORDED` where the guard refuses, `REPLAY_WRITES_UNDECIDED` at a write
   *   about which nothing was said (exit code 2 both)
   */
  check(recorded: RecordedRequest): NotSentReason | undefined {
    // HTTP/2 has no way to say what is not HTTP.
    if (this.#http2 && recorded.protocol !== 'http1') return 'not-supported';
    return this.#of(recorded).check(recorded);
  }

  /** @param recorded one that passed {@link check}; cheapest where it was the last to */
  build(recorded: RecordedRequest): PreparedRequest {
    return this.#of(recorded).build(recorded);
  }

  #of({ protocol }: RecordedRequest): ProtocolPreparer {
    switch (protocol) {
      case 'http1':
        return this.#http1;
      case 'thrift':
        return this.#thrift;
      case 'tcp':
        return this.#session;
      default:
        return protocol satisfies never;
    }
  }
}
