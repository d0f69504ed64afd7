/** Calls that were captured at both ends, as one with what the called service took of it. */
import { callersView, type Exchange, isSameExchange } from '../../core/index.ts';
import { type ExchangeSpan, exchangeSpan } from './exchange-span.ts';

export interface JoinedCall {
  /** The caller's view, where there are two. */
  readonly exchange: Exchange;
  readonly span: ExchangeSpan;
  /** When the called service was at it, within `span`; undefined where one end was captured. */
  readonly called: ExchangeSpan | undefined;
}

/** @param all in any order */
export function joinViews(all: readonly Exchange[]): readonly JoinedCall[] {
  const calls = new Map<string, Exchange[]>();
  for (const exchange of all) {
    const { flow, offset, index } = exchange.id;
    const key = `${flow}-${offset}-${index}`;
    const known = calls.get(key);
    if (known === undefined) calls.set(key, [exchange]);
    else known.push(exchange);
  }
  return [...calls.values()].flatMap(joinSame);
}

/** @param views of equal flow, offset and index: nearly always one or two */
function joinSame(views: readonly Exchange[]): readonly JoinedCall[] {
  const [first] = views;
  if (first !== undefined && views.length === 1)
    return [{ exchange: first, span: exchangeSpan(first), called: undefined }];
  const joined: JoinedCall[] = [];
  const inOrder = [...views].sort((one, other) => one.id.at - other.id.at);
  for (let i = 0; i < inOrder.length; i++) {
    const one = inOrder[i] as Exchange;
    let [caller, callee]: [Exchange, Exchange | undefined] = [one, undefined];
    for (let next = inOrder[i + 1]; next !== undefined && isSameExchange(one.id, next.id); next = inOrder[i + 1]) {
      const outer = callersView(caller, next);
      callee = outer === caller ? next : caller;
      caller = outer;
      i++;
    }
    joined.push(joinOf(caller, callee));
  }
  return joined;
}

/** Where the clocks of the two hosts disagree, the called service's time lies in the middle. */
function joinOf(exchange: Exchange, callee: Exchange | undefined): JoinedCall {
  const span = exchangeSpan(exchange);
  if (callee === undefined) return { exchange, span, called: undefined };
  const own = exchangeSpan(callee);
  if (!own.answered || (own.start >= span.start && own.end <= span.end)) {
    return { exchange, span, called: own.answered ? own : undefined };
  }
  const length = Math.min(own.end - own.start, span.end - span.start);
  const start = span.start + Math.floor((span.end - span.start - length) / 2);
  return { exchange, span, called: { start, end: start + length, answered: true } };
}
