/**
 * What became of a capture as JSON lines, each with its `kind`: `capture` first, then for each flow a `flow`, its
 * `packet`s, `range`s (what every byte of both directions became) and `exchange`s, then packets that no flow has.
 */
import { type Direction, formatEndpoint, formatIsoTime, type PacketTrace } from '../../core/index.ts';
import type { ByteRange } from '../explain/byte-map.ts';
import type { CaptureExplanation } from '../explain/explain-capture.ts';
import {
  type ExplainedGap,
  type ExplainedPacket,
  type FlowExplanation,
  formatFlags,
} from '../explain/flow-explanation.ts';
import type { TracedExchange } from '../explain/flow-trace.ts';
import { whyNoExchange } from './completeness.ts';

const DIRECTIONS = ['client-to-server', 'server-to-client'] as const;

export function* renderExplanationLines(explanation: CaptureExplanation): Generator<string> {
  for (const line of documents(explanation)) yield JSON.stringify(line);
}

function* documents({ path, survey, ledger, completeness, flows, loosePackets, cut }: CaptureExplanation) {
  const { packets, firstAt, lastAt, otherFlows } = survey;
  yield {
    kind: 'capture',
    path,
    packets,
    firstAt: packets === 0 ? null : formatIsoTime(firstAt),
    lastAt: packets === 0 ? null : formatIsoTime(lastAt),
    completeness,
    why: completeness.exchanges === 0 ? whyNoExchange(ledger, completeness) : '',
    accounts: ledger.accounts,
    facts: ledger.facts,
    /** Only flows follow: the capture is too large to explain without a choice. */
    flowsOnly: flows === undefined,
    cut,
  };
  if (flows === undefined) {
    for (const flow of survey.flows) yield { kind: 'flow', ...flow };
    if (otherFlows.flows > 0) yield { kind: 'other-flows', ...otherFlows };
    return;
  }
  for (const flow of flows) yield* flowDocuments(flow);
  for (const packet of loosePackets) yield loosePacket(packet);
}

function* flowDocuments({ trace, lines, exchanges, ranges }: FlowExplanation) {
  const { report, omitted } = trace;
  const gaps = lines.filter((line) => line.kind === 'gap');
  yield { kind: 'flow', ...report, omitted };
  for (const line of lines) if (line.kind === 'packet') yield packetDocument(line, report.id);
  for (const direction of [0, 1] as const) {
    for (const range of ranges[direction]) yield rangeDocument(range, direction, report.id, exchanges, gaps);
  }
  for (const exchange of exchanges.filter(({ meant }) => meant))
    yield { kind: 'exchange', flow: report.id, ...exchangeDocument(exchange) };
}

function packetDocument(packet: ExplainedPacket, flow: string) {
  const { number, at, fate, direction, flags, sequence, acknowledgment, byteCount, pieces, remarks } = packet;
  return {
    kind: 'packet',
    number,
    at: formatIsoTime(at),
    flow,
    fate,
    direction: DIRECTIONS[direction],
    flags,
    sequence,
    acknowledgment: acknowledgment ?? null,
    byteCount,
    pieces: pieces.map((piece) => ({ offset: piece.offset, byteCount: piece.byteCount, fate: piece.fate })),
    remarks,
  };
}

function rangeDocument(
  range: ByteRange,
  direction: Direction,
  flow: string,
  exchanges: readonly TracedExchange[],
  gaps: readonly ExplainedGap[],
) {
  const { offset, byteCount, became, part, exchange, reason } = range;
  const gap = became === 'gap' ? gaps.find((one) => one.direction === direction && one.offset === offset) : undefined;
  const idOf = (index: number) => exchanges[index]?.id ?? null;
  return {
    kind: 'range',
    flow,
    direction: DIRECTIONS[direction],
    offset,
    byteCount,
    became,
    ...(part === '' ? {} : { part }),
    ...(exchange < 0 ? {} : { exchange: idOf(exchange) }),
    ...(reason === '' ? {} : { reason }),
    ...(gap === undefined ? {} : { breaks: gap.breaks.map(idOf), mayHold: gap.mayHold.map(idOf) }),
  };
}

function exchangeDocument({
  id,
  protocol,
  operation,
  status,
  outcome,
  reason,
  notes,
  messages,
  matched,
}: TracedExchange) {
  return {
    id,
    protocol,
    operation,
    status,
    outcome,
    reason,
    notes,
    matched,
    messages: messages.map(({ direction, ...message }) => ({ ...message, direction: DIRECTIONS[direction] })),
  };
}

function loosePacket({ number, at, fate, byteCount, segment }: PacketTrace) {
  const shared = { kind: 'packet', number, at: formatIsoTime(at), flow: null, fate };
  if (segment === undefined) return { ...shared, byteCount };
  const { source, destination, network, flags, byteCount: payload, remarks } = segment;
  return {
    ...shared,
    source: formatEndpoint(source),
    destination: formatEndpoint(destination),
    network,
    flags: formatFlags(flags),
    byteCount: payload,
    remarks,
  };
}
