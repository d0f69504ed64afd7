/** What opening a store answers. */
import type { ExchangeStore } from '../core/index.ts';
import type { StoreCare } from './care/store-care.ts';
import type { RecoveryReport } from './owner/recovery.ts';

export interface OpenedStore {
  readonly store: ExchangeStore;
  /** Looks after the store: repair, verify, retention. */
  readonly care: StoreCare;
  /** A `peer` reads and writes a store on clusters beside others. */
  readonly role: 'owner' | 'client' | 'peer';
  /** Process that owns the store; this one for a peer. */
  readonly ownerPid: number;
  /** What was found after an unclean end. */
  readonly recovered?: RecoveryReport;
}
