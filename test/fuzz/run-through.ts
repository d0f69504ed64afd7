/** Packets through every stage that sees bytes from the wire, and what must hold afterwards. */
import { renderExchange } from '../../cli/render/index.ts';
import { StreamAssembler } from '../../collector/index.ts';
import { decodeExchange, type Exchange, encodeExchange, Ledger, type Packet } from '../../core/index.ts';
import { formatExchangeLine } from '../../formats/index.ts';
import { ExchangeParser, type ParserEvent } from '../../parser/index.ts';

export interface RunThrough {
  readonly exchanges: number;
  readonly byteCount: number;
}

/** @throws Error when a stage throws, an account does not add up, something is still held at the end, or an exchange cannot be kept or shown */
export function runThrough(packets: readonly Packet[]): RunThrough {
  const ledger = new Ledger();
  const assembler = new StreamAssembler({}, { ledger });
  const parser = new ExchangeParser({}, { ledger });
  let exchanges = 0;
  let byteCount = 0;
  let at = 0;
  const take = (events: readonly ParserEvent[]) => {
    for (const event of events) {
      if (event.kind !== 'exchange') continue;
      exchanges++;
      useExchange(event.exchange);
    }
  };
  for (const packet of packets) {
    at = Math.max(at, packet.at);
    byteCount += packet.end - packet.start;
    for (const chunk of assembler.push(packet)) take(parser.push(chunk));
  }
  for (const chunk of assembler.end(at)) take(parser.push(chunk));
  take(parser.end(at));
  const { balanced, accounts } = ledger.report();
  const held = Object.values(accounts).reduce((sum, account) => sum + account.held, 0);
  if (!balanced || held > 0) throw new Error(`the ledger does not add up: ${JSON.stringify(accounts)}`);
  return { exchanges, byteCount };
}

function useExchange(exchange: Exchange): void {
  JSON.parse(formatExchangeLine(exchange));
  const kept = decodeExchange(encodeExchange(exchange));
  if (formatExchangeLine(kept) !== formatExchangeLine(exchange)) throw new Error('an exchange is kept as another one');
  renderExchange(exchange, { withSecrets: false, color: false });
}
