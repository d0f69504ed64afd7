/** What became of a capture, for a terminal: the whole, then flow by flow, then packets that no flow has. */
import pc from 'picocolors';
import { formatEndpoint, formatIsoTime, type PacketTrace } from '../../core/index.ts';
import type { CaptureExplanation } from '../explain/explain-capture.ts';
import { formatFlags } from '../explain/flow-explanation.ts';
import type { FlowReport } from '../ledger/flow-row.ts';
import { formatCount, formatNumberOf, formatSpan } from './amount.ts';
import { listCounts, renderCompleteness, whyNoExchange } from './completeness.ts';
import { type ExplanationRendering, renderExplainedFlow, secondsText } from './explained-flow.ts';
import { escapeForTerminal, shorten } from './terminal-text.ts';

export type ExplanationLook = Omit<ExplanationRendering, 'from'>;

/** Flows listed where only flows are. */
const MAX_FLOWS = 1_000;

/** @returns the lines one after the other: a large capture has many */
export function* renderExplanation(explanation: CaptureExplanation, look: ExplanationLook): Generator<string> {
  const { survey, flows, loosePackets } = explanation;
  const paint = pc.createColors(look.color);
  const rendering = { ...look, from: survey.firstAt };
  yield* head(explanation);
  if (flows === undefined) {
    yield '';
    yield* flowList(explanation, rendering);
    return;
  }
  for (const flow of flows) {
    yield '';
    yield* renderExplainedFlow(flow, rendering);
  }
  if (loosePackets.length > 0) {
    yield '';
    yield paint.bold(`${formatNumberOf(loosePackets.length, 'packet')} of no flow`);
    for (const packet of loosePackets) yield looseRow(packet, rendering);
  }
}

function* head({ path, survey, ledger, completeness }: CaptureExplanation): Generator<string> {
  const { packets, firstAt, lastAt } = survey;
  const time = packets === 0 ? '' : `, ${formatSpan(lastAt - firstAt)} from ${formatIsoTime(firstAt)}`;
  yield `${escapeForTerminal(path)}: ${formatNumberOf(packets, 'packet')}, ${formatNumberOf(ledger.facts.flows ?? 0, 'flow')}${time}`;
  yield renderCompleteness(completeness);
  if (completeness.exchanges === 0) yield whyNoExchange(ledger, completeness);
  const ignored = ledger.accounts.packets?.aside.ignored ?? {};
  if (Object.keys(ignored).length > 0) yield `packets ignored: ${listCounts(ignored)}`;
  const unused = ledger.accounts['segment bytes']?.aside.discarded ?? {};
  if (Object.keys(unused).length > 0) yield `bytes of packets not used: ${listCounts(unused)}`;
  const discarded = ledger.accounts['stream bytes']?.aside.discarded ?? {};
  if (Object.keys(discarded).length > 0) yield `bytes of streams discarded: ${listCounts(discarded)}`;
}

function* flowList({ survey }: CaptureExplanation, rendering: ExplanationRendering): Generator<string> {
  const listed = survey.flows.slice(0, MAX_FLOWS);
  for (const flow of listed) yield flowRow(flow, rendering);
  const more = survey.flows.length - listed.length + survey.otherFlows.flows;
  if (more > 0) yield `… and ${formatNumberOf(more, 'flow')} more`;
}

function flowRow(flow: FlowReport, rendering: ExplanationRendering): string {
  const { exchanges, clientToServer, serverToClient } = flow;
  const bytes = clientToServer.bytes + serverToClient.bytes;
  const gapBytes = [...Object.values(clientToServer.gap), ...Object.values(serverToClient.gap)].reduce(
    (sum, count) => sum + count,
    0,
  );
  const told = exchanges.paired + exchanges.oneway + exchanges.requestOnly + exchanges.responseOnly;
  const ends = `${flow.client} → ${flow.server}${flow.network === '' ? '' : `  ${escapeForTerminal(flow.network)}`}`;
  const facts = [
    escapeForTerminal(flow.protocol),
    ...(told > 0 ? [`${formatCount(exchanges.complete)} of ${formatNumberOf(told, 'exchange')} whole`] : []),
    ...(exchanges.session > 0 ? [formatNumberOf(exchanges.session, 'session')] : []),
    formatNumberOf(bytes, 'byte'),
    ...(gapBytes > 0 ? [formatNumberOf(gapBytes, 'gap byte')] : []),
  ];
  return shorten(`${flow.id}  ${ends}  ${facts.join(', ')}`, Math.max(80, rendering.width));
}

function looseRow({ number, at, fate, segment, byteCount }: PacketTrace, rendering: ExplanationRendering): string {
  const start = `  ${String(number).padStart(8)}  ${secondsText(at - rendering.from).padStart(12)}  `;
  if (segment === undefined) {
    const why = fate === 'held' ? 'fragment, goes on in a later packet' : fate;
    return `${start}${escapeForTerminal(why)}, ${formatNumberOf(byteCount, 'byte')}`;
  }
  const { source, destination, flags, remarks, byteCount: payload } = segment;
  const ends = `${formatEndpoint(source)} → ${formatEndpoint(destination)}`;
  const why = fate === 'decoded' ? 'its flow never opened' : fate;
  const facts = [formatFlags(flags), formatNumberOf(payload, 'byte'), ...remarks, why].filter((text) => text !== '');
  return shorten(`${start}${ends}  ${facts.join(', ')}`, Math.max(80, rendering.width));
}
