/**
 * Who called whom within a trace.
 *
 * By span where the headers name the parent's; otherwise the innermost exchange that was running for as long as this one
 * ran and whose called service is the caller here, or, where one of the two names is unknown, any such exchange of
 * another flow. Exchanges are taken by their start, so that time never makes a circle; spans are followed upwards first,
 * so that hostile ones do not either.
 */
import type { Exchange } from '../../core/index.ts';
import { exchangeSpan } from './exchange-span.ts';

/** @param exchanges by their start, the longer first where they start together */
export function findParents(exchanges: readonly Exchange[]): (number | undefined)[] {
  const parents: (number | undefined)[] = new Array<number | undefined>(exchanges.length).fill(undefined);
  const bySpan = new Map<string, number>();
  for (const [i, { trace }] of exchanges.entries()) {
    if (trace !== undefined && trace.spanId !== '' && !bySpan.has(trace.spanId)) bySpan.set(trace.spanId, i);
  }
  for (const [i, { trace }] of exchanges.entries()) {
    const parent = trace === undefined ? undefined : bySpan.get(trace.parentSpanId);
    if (parent !== undefined && !isAbove(parents, i, parent)) parents[i] = parent;
  }
  for (const i of exchanges.keys()) {
    if (parents[i] !== undefined) continue;
    const parent = findByTime(exchanges, i);
    if (parent !== undefined && !isAbove(parents, i, parent)) parents[i] = parent;
  }
  return parents;
}

/** Exchanges looked at backwards in time for a parent; callers of a call begin shortly before it. */
const MAX_LOOKED_AT = 1000;

function findByTime(exchanges: readonly Exchange[], index: number): number | undefined {
  const child = exchanges[index] as Exchange;
  const childSpan = exchangeSpan(child);
  let unnamed: number | undefined;
  for (let i = index - 1; i >= Math.max(0, index - MAX_LOOKED_AT); i--) {
    const caller = exchanges[i] as Exchange;
    if (caller.flow.id === child.flow.id || exchangeSpan(caller).end < childSpan.end) continue;
    if (caller.service === child.source && child.source !== '') return i;
    if (child.source === '') unnamed ??= i;
  }
  return unnamed;
}

/** Whether `index` is `of` or one of the exchanges that lead to it. */
function isAbove(parents: readonly (number | undefined)[], index: number, of: number): boolean {
  for (let at: number | undefined = of; at !== undefined; at = parents[at]) if (at === index) return true;
  return false;
}
