/** Completeness in one line that a person understands, and why there is no exchange where there is none. */
import type { Completeness, LedgerReport } from '../../core/index.ts';
import { formatCount, formatNumberOf } from './amount.ts';
import { escapeForTerminal } from './terminal-text.ts';

/** Protocols and reasons named at most; the rest is told as a number. */
const MAX_NAMED = 8;

/** `completeness 99.8 %: 4,990 of 5,000 exchanges whole; 8 lone, 2 broken; 1,460 gap bytes; 0 kernel drops; kept as sessions: 1 redis; not parsed: 3 tls`. */
export function renderCompleteness(completeness: Completeness): string {
  const { complete, exchanges, lone, broken, replayedMessages, gapBytes } = completeness;
  const { kernelDrops, interfaceDrops, shedPackets, kept, notParsed } = completeness;
  const parts =
    exchanges === 0
      ? ['completeness unknown: no exchange']
      : [
          `completeness ${formatRatio(completeness)}: ${formatCount(complete)} of ${formatNumberOf(exchanges, 'exchange')} whole`,
          `${formatCount(lone)} lone, ${formatCount(broken)} broken`,
        ];
  if (replayedMessages > 0) parts.push(`${formatNumberOf(replayedMessages, 'replayed message')} left out`);
  parts.push(formatNumberOf(gapBytes, 'gap byte'));
  if (kernelDrops !== null) parts.push(formatNumberOf(kernelDrops, 'kernel drop'));
  if (interfaceDrops) parts.push(formatNumberOf(interfaceDrops, 'interface drop'));
  if (shedPackets > 0) parts.push(`${formatNumberOf(shedPackets, 'packet')} shed`);
  if (hasAny(kept)) parts.push(`kept as sessions: ${listCounts(kept)}`);
  if (hasAny(notParsed)) parts.push(`not parsed: ${listCounts(notParsed)}`);
  return parts.join('; ');
}

/** In percent with at most two decimals, rounded down: 100 % is said only of what is whole. */
export function formatRatio({ complete, exchanges }: Completeness): string {
  return `${Math.floor((complete * 10_000) / exchanges) / 100} %`;
}

/**
 * Why nothing came out: the first stage at which it stopped.
 *
 * @returns such as `no exchange: 41 flows, all tls`
 */
export function whyNoExchange(report: LedgerReport, { kept, notParsed }: Completeness): string {
  const packets = report.accounts.packets;
  const flows = report.facts.flows ?? 0;
  if (packets === undefined || packets.in === 0) return 'no exchange: no packet';
  if (flows > 0) {
    const kinds = { ...notParsed, ...named(report, 'empty'), ...named(report, 'http1'), ...named(report, 'thrift') };
    const sessions = hasAny(kept) ? `; kept as sessions: ${listCounts(kept)}` : '';
    return `no exchange: ${formatNumberOf(flows, 'flow')}${allOrListed(kinds, flows)}${sessions}`;
  }
  const ignored = packets.aside.ignored ?? {};
  const all = `${formatNumberOf(packets.in, 'packet')}${allOrListed(ignored, packets.in)}`;
  const silent = (packets.out.decoded ?? 0) > 0 ? '; of the TCP packets none began a flow that carried bytes' : '';
  return `no exchange: no flow in ${all}${silent}`;
}

function hasAny(counts: Readonly<Record<string, number>>): boolean {
  return Object.keys(counts).length > 0;
}

function named({ facts }: LedgerReport, name: string): Readonly<Record<string, number>> {
  const count = facts[`flows:${name}`];
  return count === undefined ? {} : { [name]: count };
}

function allOrListed(counts: Readonly<Record<string, number>>, total: number): string {
  const [only, ...others] = Object.entries(counts);
  if (only === undefined) return '';
  if (others.length === 0 && only[1] === total) return `, all ${escapeForTerminal(only[0])}`;
  return ` (${listCounts(counts)})`;
}

/** `3 tls, 1 redis`, the most frequent first. */
export function listCounts(counts: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(counts).sort(([, one], [, other]) => other - one);
  const shown = sorted.slice(0, MAX_NAMED).map(([name, count]) => `${formatCount(count)} ${escapeForTerminal(name)}`);
  const more = sorted.slice(MAX_NAMED).reduce((sum, [, count]) => sum + count, 0);
  return [...shown, ...(more > 0 ? [`${formatCount(more)} others`] : [])].join(', ');
}
