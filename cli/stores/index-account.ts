/** The ledger's account of the index: exchanges in the data = indexed + waiting, during an outage and after it. */
import type { Ledger } from '../../core/index.ts';
import type { IndexCounts } from '../../store/index.ts';

/** @returns what a store that is written tells its counts */
export function indexAccount(ledger: Ledger): (counts: IndexCounts) => void {
  return ({ taken, waiting, ended }) => {
    const account = ledger.account('index', 'indexed');
    account.in = taken;
    account.out = taken - waiting;
    account.held = ended ? 0 : waiting;
    // On disk: whoever writes the store next puts it into the index.
    account.setAside('waiting', 'for-the-next-run', (ended ? waiting : 0) - account.aside('waiting'));
  };
}
