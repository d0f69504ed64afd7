/** The store at the end of a pipeline; it is flushed and closed with the pipeline. */
import type { ExchangeStore, Ledger } from '../../core/index.ts';
import { BatchSink } from './batch-sink.ts';

export function storeSink(store: ExchangeStore, ledger: Ledger, options: { readonly live: boolean }): BatchSink {
  return new BatchSink(
    { name: 'store', live: options.live },
    ledger,
    (exchanges) => store.append(exchanges),
    () => store.close(),
  );
}
