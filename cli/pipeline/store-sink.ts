/** The store at the end of a pipeline; it is flushed and closed with the pipeline. */
import type { ExchangeStore, Ledger } from '../../core/index.ts';
import { BatchSink } from './batch-sink.ts';

export function storeSink(
  store: Pick<ExchangeStore, 'append' | 'close'>,
  ledger: Ledger,
  options: { readonly live: boolean },
): BatchSink {
  return new BatchSink(
    { name: 'store', live: options.live },
    ledger,
    (exchanges) => store.append(exchanges),
    () => store.close(),
  );
}

/** The same for files: the store is opened with the first exchange, or at the end where packets were read. */
export function lazyStoreSink(open: () => Promise<ExchangeStore>, ledger: Ledger): BatchSink {
  let opening: Promise<ExchangeStore> | undefined;
  const opened = () => {
    opening ??= open();
    return opening;
  };
  return new BatchSink(
    { name: 'store', live: false },
    ledger,
    async (exchanges) => (await opened()).append(exchanges),
    async () => {
      if (opening !== undefined || ledger.account('packets', 'decoded').in > 0) await (await opened()).close();
    },
  );
}
