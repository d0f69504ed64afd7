/** Takes an exchange out of the counts it went into when its view gave it: it leaves as part of another one. */
import type { Exchange } from '../../core/index.ts';
import type { ParserContext } from '../parser-context.ts';

export function setAsideMerged(exchange: Exchange, { messages, counts }: ParserContext): void {
  const { outcome, reason, operation, notes } = exchange;
  const sides = (exchange.request === undefined ? 0 : 1) + (exchange.response === undefined ? 0 : 1);
  messages.setAside('merged', 'second-vantage', sides);
  switch (outcome) {
    case 'paired':
      messages.out -= sides;
      counts.paired--;
      if (reason !== '') counts.broken--;
      return;
    case 'oneway':
      messages.setAside('oneway', 'no-reply-due', -sides);
      counts.oneway--;
      if (reason !== '') counts.broken--;
      return;
    case 'session':
      messages.setAside('session', operation, -sides);
      counts.sessions--;
      return;
    case 'request-only':
      messages.setAside('lone', reason, -sides);
      counts.requestOnly--;
      if (reason === 'not-answered' && notes.includes('maybe-oneway') && exchange.request?.complete === true) {
        counts.maybeOneway--;
      }
      return;
    case 'response-only':
      messages.setAside('lone', reason, -sides);
      counts.responseOnly--;
      return;
    default:
      outcome satisfies never;
  }
}
