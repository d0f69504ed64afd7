/**
 * A trace as a tree, as `trace ID` prints it:
 *
 *   trace 4bf92f3577b34da6a3ce929d0e0e4736: 3 exchanges in 5.20 ms from 2026-11-21T10:00:00.000000Z
 *
 *   front GET /               200  5.20 ms  ████████████████████████
 *   ├─ catalogue GET /items   200  2.00 ms   █████████
 *   └─ catalogue GET /items/1 200  1.10 ms  0.80 ms      ░███░
 *
 * Of a call that was captured at both ends the last time is the called service's, drawn full within the caller's.
 */
import { type Exchange, formatIsoTime } from '../../core/index.ts';
import { formatNumberOf, formatSpan } from './amount.ts';
import { renderSpanBar } from './bars.ts';
import { statusText } from './exchange-row.ts';
import { type JoinedCall, joinViews } from './joined-views.ts';
import { escapeForTerminal, shorten } from './terminal-text.ts';
import { findParents } from './trace-parents.ts';

const BAR_WIDTH = 24;
const MAX_NAME_CHARACTERS = 60;

/** Deeper exchanges are drawn at this depth. */
const MAX_DEPTH = 32;

interface Branch {
  readonly index: number;
  /** Drawn before the name, such as `│  ├─ `. */
  readonly lead: string;
  /** Drawn before the names of its children, without their own branch. */
  readonly below: string;
  readonly depth: number;
}

/** @param all exchanges of one trace in any order; one that was captured at both its ends is drawn once */
export function renderTraceTree(all: readonly Exchange[]): string {
  const calls = [...joinViews(all)].sort(({ span: a }, { span: b }) => a.start - b.start || b.end - a.end);
  const [first] = calls;
  if (first === undefined) return 'no exchanges';
  const exchanges = calls.map(({ exchange }) => exchange);
  const { start } = first.span;
  const end = calls.reduce((latest, { span }) => Math.max(latest, span.end), start);
  const traceId = exchanges.find((one) => one.trace !== undefined)?.trace?.traceId ?? '';
  const title = `trace ${escapeForTerminal(traceId)}: ${formatNumberOf(exchanges.length, 'exchange')} in ${formatSpan(end - start)} from ${formatIsoTime(start)}`;

  const rows = branches(findParents(exchanges)).map((branch) => {
    const call = calls[branch.index] as JoinedCall;
    const { exchange, span, called } = call;
    const name = shorten(escapeForTerminal(`${exchange.service} ${exchange.operation}`), MAX_NAME_CHARACTERS);
    return {
      name: branch.lead + name,
      status: statusText(exchange),
      latency: span.answered ? formatSpan(span.end - span.start) : escapeForTerminal(exchange.reason || '-'),
      called: called === undefined ? '' : formatSpan(called.end - called.start),
      bar: bar(call, start, end),
    };
  });
  const width = (column: 'name' | 'status' | 'latency' | 'called') =>
    rows.reduce((widest, row) => Math.max(widest, row[column].length), 0);
  const [names, statuses, latencies, times] = [width('name'), width('status'), width('latency'), width('called')];
  const drawn = rows.map((row) => {
    const called = times === 0 ? '' : `  ${row.called.padStart(times)}`;
    return `${row.name.padEnd(names)}  ${row.status.padEnd(statuses)}  ${row.latency.padStart(latencies)}${called}  ${row.bar}`;
  });
  return [title, '', ...drawn].join('\n');
}

function bar({ span, called }: JoinedCall, start: number, end: number): string {
  const share = (at: number) => (at - start) / Math.max(1, end - start);
  const whole = renderSpanBar(share(span.start), share(span.end), BAR_WIDTH);
  if (called === undefined) return whole;
  const inside = renderSpanBar(share(called.start), share(called.end), BAR_WIDTH);
  return [...whole].map((drawn, i) => (drawn === ' ' || inside[i] === '█' ? drawn : '░')).join('');
}

/** The exchanges in the order in which the tree is drawn, with the lines that lead to each. */
function branches(parents: readonly (number | undefined)[]): Branch[] {
  const children = new Map<number | undefined, number[]>();
  for (const [i, parent] of parents.entries()) {
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [i]);
    else siblings.push(i);
  }
  const drawn: Branch[] = [];
  const waiting: Branch[] = [];
  const push = (parent: Branch | undefined) => {
    const siblings = children.get(parent?.index) ?? [];
    for (const [i, index] of [...siblings.entries()].reverse()) {
      waiting.push(branchOf(index, parent, i === siblings.length - 1));
    }
  };
  push(undefined);
  for (let branch = waiting.pop(); branch !== undefined; branch = waiting.pop()) {
    drawn.push(branch);
    push(branch);
  }
  return drawn;
}

function branchOf(index: number, parent: Branch | undefined, last: boolean): Branch {
  if (parent === undefined) return { index, lead: '', below: '', depth: 0 };
  if (parent.depth === MAX_DEPTH) return { ...parent, index };
  const below = parent.below + (last ? '   ' : '│  ');
  return { index, lead: parent.below + (last ? '└─ ' : '├─ '), below, depth: parent.depth + 1 };
}
