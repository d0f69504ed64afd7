/** What the parser completes, to every sink in turn. */
import type { ParserEvent } from '../../parser/index.ts';
import type { ExchangeSink } from './exchange-sink.ts';
import type { PipelineWitness } from './pipeline-witness.ts';

export function deliver(
  events: readonly ParserEvent[],
  sinks: readonly ExchangeSink[],
  witness: PipelineWitness | undefined,
): void {
  if (witness !== undefined)
    for (const event of events) if (event.kind === 'exchange') witness.exchange(event.exchange);
  for (const sink of sinks) {
    for (const event of events) {
      if (event.kind === 'request') sink.request?.(event.ready);
      else sink.exchange?.(event.exchange);
    }
  }
}
