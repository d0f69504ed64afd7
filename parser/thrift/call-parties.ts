/**
 * Who calls and what is called on one flow: by the config, and where it names nothing as the calls themselves say, in
 * TTHeader's FromService and ToService.
 */
import type { Flow, Ledger } from '../../core/index.ts';
import type { ServiceName, ServiceNames } from '../service-names.ts';
import type { HeaderValues } from './header-values.ts';
import type { PendingCall } from './pending-call.ts';

export class CallParties {
  readonly #ledger: Ledger;
  readonly #source: string;
  readonly #service: ServiceName;
  /** The flow was counted as one whose service has no name. */
  #counted = false;

  constructor(flow: Flow, services: ServiceNames, ledger: Ledger) {
    this.#ledger = ledger;
    this.#source = services.caller(flow.client);
    this.#service = services.called(flow.server, '');
  }

  /** @param values those of the call just read; undefined where it has none */
  name(pending: PendingCall, values: HeaderValues | undefined): void {
    const { name, configured } = this.#service;
    pending.source = this.#source === '' && values !== undefined ? values.fromService : this.#source;
    pending.service = name;
    if (configured) return;
    if (values !== undefined && values.toService !== '') pending.service = values.toService;
    else if (!this.#counted) {
      this.#counted = true;
      this.#ledger.addFact('services-unnamed');
    }
  }
}
