/** A recorded request → the bytes to send, or the reason why it is not sent: each protocol in a file of its own. */
import type { NotSentReason, PreparedRequest } from '../../core/index.ts';
import type { SendingOptions } from '../options.ts';
import { type RuleEdits, type RuleHits, RuleList, type Rules } from '../rules/index.ts';
import type { RecordedServers, Target } from '../target.ts';
import type { UnitRouter } from '../units/index.ts';
import { ClientHeader, PROXY_V2, proxyPreface } from './client-address.ts';
import { Http1Preparer } from './http1-preparer.ts';
import { brokenReason, type ProtocolPreparer, type RecordedRequest } from './recorded-request.ts';
import { NO_CHANGES, type RequestChanges } from './request-changes.ts';
import { SessionPreparer } from './session-preparer.ts';
import { ThriftPreparer } from './thrift-preparer.ts';
import { WriteGuard } from './write-guard.ts';

export interface PreparerDeps {
  /** Refuses requests that were recorded from a target; absent where that is allowed. */
  readonly guard?: RecordedServers | undefined;
  /** Says whose a request is, where targets are deployed in units. */
  readonly units?: Pick<UnitRouter<unknown>, 'route' | 'hopHeader'> | undefined;
}

/** What was found out about a request when it was checked. */
interface Checked {
  readonly changes: RequestChanges;
  readonly user: string;
}

const AS_RECORDED: Checked = { changes: NO_CHANGES, user: '' };

export class RequestPreparer {
  readonly #http1: ProtocolPreparer;
  readonly #thrift: ProtocolPreparer;
  readonly #session: ProtocolPreparer;
  readonly #http2: boolean;
  #rules: RuleList | undefined;
  #formerHits: readonly RuleHits[] = [];
  readonly #units: PreparerDeps['units'];
  readonly #clientHeader: ClientHeader | undefined;
  readonly #prefaced: boolean;
  readonly #checked = new WeakMap<RecordedRequest, Checked>();

  /** @param targets at least one */
  constructor(options: SendingOptions, targets: readonly Target[], { guard, units }: PreparerDeps = {}) {
    const writes = new WriteGuard(options.writes);
    this.#http1 = new Http1Preparer(options, targets, guard, writes);
    this.#thrift = new ThriftPreparer(options, guard, writes);
    this.#session = new SessionPreparer(guard, writes);
    this.#http2 = options.http2;
    this.#rules = options.rules === undefined ? undefined : new RuleList(options.rules);
    this.#units = units;
    const { clientAddress } = options;
    this.#prefaced = clientAddress === PROXY_V2;
    this.#clientHeader = clientAddress === undefined || this.#prefaced ? undefined : new ClientHeader(clientAddress);
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
    const edits = this.#ruled(recorded);
    if (edits === 'filtered') return edits;
    const reason = this.#of(recorded).check(recorded);
    if (reason !== undefined) return reason;
    const route = this.#units?.route(recorded);
    if (route?.kind === 'left-out') return route.reason;
    if (route === undefined && edits === undefined && this.#clientHeader === undefined) return undefined;
    const user = route?.kind === 'unit' ? route.user : '';
    const headers: (readonly [name: string, value: string])[] = [];
    // This emitter is one hop more.
    if (route !== undefined && this.#units !== undefined) headers.push([this.#units.hopHeader, `${route.hops}`]);
    if (this.#clientHeader !== undefined) headers.push(this.#clientHeader.of(recorded));
    this.#checked.set(recorded, { changes: { edits, headers }, user });
    return undefined;
  }

  /** @param recorded one that passed {@link check}; cheapest where it was the last to */
  build(recorded: RecordedRequest): PreparedRequest {
    const request = this.#of(recorded).build(recorded, this.#found(recorded).changes);
    if (!this.#prefaced) return request;
    const { address, port } = recorded.flow.client;
    // Connections are of one client each.
    return { ...request, wire: `${request.wire} from ${address} ${port}`, preface: proxyPreface(recorded.flow) };
  }

  /** @param recorded one that passed {@link check} */
  userOf(recorded: RecordedRequest): string {
    return this.#found(recorded).user;
  }

  /** Of each rule so far. */
  get hits(): readonly RuleHits[] {
    return [...this.#formerHits, ...(this.#rules?.hits ?? [])];
  }

  /** From the next check on; what the rules before did stays told. */
  changeRules(rules: Rules): void {
    this.#formerHits = this.hits;
    this.#rules = new RuleList(rules);
  }

  #found(recorded: RecordedRequest): Checked {
    if (this.#rules === undefined && this.#units === undefined && this.#clientHeader === undefined) return AS_RECORDED;
    return this.#checked.get(recorded) ?? AS_RECORDED;
  }

  /** Only whole requests are asked about: of others the reason why they are not sent is told. */
  #ruled(recorded: RecordedRequest): RuleEdits | 'filtered' | undefined {
    if (this.#rules === undefined || brokenReason(recorded.request) !== undefined) return undefined;
    const verdict = this.#rules.apply(recorded);
    return verdict.kind === 'keep' ? verdict.edits : 'filtered';
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
