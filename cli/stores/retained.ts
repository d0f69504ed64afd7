/** A store that is written live and keeps to a retention: at the start, and once a minute until it is closed. */
import type { ExchangeStore, Ledger } from '../../core/index.ts';
import { groupsOf, type RetentionPolicy, type RetentionReport, RetentionSchedule } from '../../store/index.ts';
import type { Context } from '../context.ts';
import { renderDropped } from '../render/retention-report.ts';
import { indexAccount } from './index-account.ts';
import { openPlace } from './open.ts';
import type { StorePlace } from './place.ts';

export type WrittenStore = Pick<ExchangeStore, 'append' | 'close'>;

/**
 * @param ledger gets the account `index`, and the facts `retention:segments` and `retention:bytes`
 * @throws BytecopyError of the store
 */
export async function openRetained(
  place: StorePlace | string,
  policy: RetentionPolicy,
  ledger: Ledger,
  context: Context,
): Promise<WrittenStore> {
  const groupOf = groupsOf(policy.groups);
  const { store, care } = await openPlace(place, { mustOwn: true }, context, {
    groupOf,
    onIndexMoved: indexAccount(ledger),
  });
  const onDropped = (report: RetentionReport): void => {
    ledger.addFact('retention:segments', report.dropped.length);
    ledger.addFact('retention:bytes', Math.round(report.dropped.reduce((sum, { byteCount }) => sum + byteCount, 0)));
    context.stderr.write(`retention: ${renderDropped(report)}\n`);
  };
  const onFailed = (error: Error): void =>
    void context.stderr.write(`retention: ${error.message}; tried again in a minute\n`);
  const schedule = new RetentionSchedule(policy, { care, clock: context.clock, onDropped, onFailed });
  await schedule.start();
  return {
    append: (exchanges) => store.append(exchanges),
    close: async () => {
      await schedule.stop();
      await store.close();
    },
  };
}
