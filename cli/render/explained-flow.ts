/**
 * One flow explained, for a terminal:
 *
 *   flow 13dd93ed1a9b0872  10.0.0.1:40000 → 10.0.0.2:80  http1
 *     2 exchanges: 1 whole, 1 broken; 1,460 gap bytes
 *     → 156 bytes = 156 in messages; ended by fin
 *     ← 3,300 bytes = 1,840 in messages + 1,460 gap (acknowledged 1,460); ended by fin
 *     packet  time       flags  seq/ack  bytes  offset
 *          4  0.000030 → PA     1/1         78       0  request #1 whole (head): GET / HTTP/1.1
 *                      ← gap of 1,460 bytes at 1,000 (acknowledged): breaks #1
 */
import pc from 'picocolors';
import { formatEndpoint, formatIsoTime, type Micros } from '../../core/index.ts';
import type { ByteRange } from '../explain/byte-map.ts';
import type { ExplainedGap, ExplainedPacket, ExplainedPiece, FlowExplanation } from '../explain/flow-explanation.ts';
import type { TracedExchange } from '../explain/flow-trace.ts';
import type { DirectionReport } from '../ledger/flow-sums.ts';
import { formatCount, formatNumberOf } from './amount.ts';
import { listCounts } from './completeness.ts';
import { escapeForTerminal, shorten } from './terminal-text.ts';

export interface ExplanationRendering {
  readonly color: boolean;
  /** Characters a line; texts are cut to it. */
  readonly width: number;
  /** Times count from here. */
  readonly from: Micros;
}

type Paint = ReturnType<typeof pc.createColors>;

/** Messages named for one packet; a pipelining client puts dozens into one. */
const MAX_NAMED = 4;
const OFFSET_WIDTH = 9;
const ARROWS = ['→', '←'] as const;

export function renderExplainedFlow(explanation: FlowExplanation, rendering: ExplanationRendering): string[] {
  const paint = pc.createColors(rendering.color);
  const { lines, exchanges } = explanation;
  const rows = lines.flatMap((line) =>
    line.kind === 'packet'
      ? packetRows(line, exchanges, rendering, paint)
      : [paint.red(shorten(gapRow(line, exchanges), rendering.width))],
  );
  const titles = `  ${'packet'.padStart(8)}  ${'time'.padStart(12)}   ${'flags'.padEnd(5)}  ${'seq/ack'.padEnd(17)}  ${'bytes'.padStart(6)}  ${'offset'.padStart(OFFSET_WIDTH)}`;
  return [
    ...summary(explanation, paint),
    ...(rows.length > 0 ? [paint.dim(titles), ...rows] : []),
    ...exchanges.flatMap((exchange, index) => (exchange.meant ? exchangeRows(exchange, index, rendering, paint) : [])),
  ];
}

function summary({ trace }: FlowExplanation, paint: Paint): string[] {
  const { flow, report, omitted } = trace;
  const network = flow.network === '' ? '' : `  ${flow.network}`;
  const oriented = flow.orientation === 'handshake' ? '' : `, client by ${flow.orientation}`;
  const seen =
    flow.vantage === 'unknown'
      ? ''
      : `, seen at ${flow.vantage === 'both' ? 'both ends' : `the ${flow.vantage}'s end`}`;
  const exchanged = report.endsExchanged ? '; its content shows the server to be the client' : '';
  const ends = `${formatEndpoint(flow.client)} → ${formatEndpoint(flow.server)}`;
  const left = Object.entries(omitted).filter(([, count]) => count > 0);
  return [
    `${paint.bold(`flow ${flow.id}  ${ends}`)}${escapeForTerminal(network)}  ${escapeForTerminal(report.protocol)}`,
    `  began ${formatIsoTime(flow.startedAt)}${oriented}${seen}${exchanged}`,
    `  ${exchangesText(report.exchanges, report.reasons)}`,
    `  → ${directionText(report.clientToServer)}`,
    `  ← ${directionText(report.serverToClient)}${report.balanced ? '' : '  does not add up'}`,
    ...left.map(([name, count]) => paint.yellow(`  ${formatCount(count)} ${name} more are not listed: ask for less`)),
  ];
}

function exchangesText(
  counts: FlowExplanation['trace']['report']['exchanges'],
  reasons: Readonly<Record<string, number>>,
): string {
  const { complete, broken, requestOnly, responseOnly, session, paired, oneway } = counts;
  const all = paired + oneway + requestOnly + responseOnly;
  const why = listCounts(reasons);
  const parts = [
    all === 0 ? 'no exchange' : `${formatNumberOf(all, 'exchange')}: ${formatCount(complete)} whole`,
    ...(broken > 0 ? [`${formatCount(broken)} broken`] : []),
    ...(requestOnly > 0 ? [`${formatCount(requestOnly)} without response`] : []),
    ...(responseOnly > 0 ? [`${formatCount(responseOnly)} without request`] : []),
    ...(session > 0 ? [formatNumberOf(session, 'session')] : []),
  ];
  return `${parts.join(', ')}${why === '' ? '' : ` (${why})`}`;
}

function directionText({ bytes, inMessages, gap, discarded, closed }: DirectionReport): string {
  const terms = [`${formatCount(inMessages)} in messages`];
  for (const [name, counts] of [['gap', gap] as const, ['discarded', discarded] as const]) {
    if (Object.keys(counts).length > 0) terms.push(`${name} (${listCounts(counts)})`);
  }
  return `${formatNumberOf(bytes, 'byte')} = ${terms.join(' + ')}${closed === '' ? '' : `; ended by ${closed}`}`;
}

function packetRows(
  packet: ExplainedPacket,
  exchanges: readonly TracedExchange[],
  rendering: ExplanationRendering,
  paint: Paint,
): string[] {
  const { number, at, direction, flags, sequence, acknowledgment, byteCount } = packet;
  const numbers = `${sequence}${acknowledgment === undefined ? '' : `/${acknowledgment}`}`;
  const start = `  ${String(number).padStart(8)}  ${secondsText(at - rendering.from).padStart(12)} ${ARROWS[direction]} ${flags.padEnd(5)}  ${numbers.padEnd(17)}  ${String(byteCount).padStart(6)}  `;
  const texts = [
    ...(packet.fate === 'decoded' ? [] : [{ offset: '', text: packet.fate, bad: true }]),
    ...packet.pieces.flatMap((piece) => pieceTexts(piece, exchanges)),
    ...packet.remarks.map((text) => ({ offset: '', text, bad: true })),
  ];
  const [first = { offset: '', text: '', bad: false }, ...others] = texts;
  return [first, ...others].map(({ offset, text, bad }, index) => {
    const before = `${index === 0 ? start : ' '.repeat(start.length)}${offset.padStart(OFFSET_WIDTH)}  `;
    const shown = shorten(escapeForTerminal(text), Math.max(20, rendering.width - before.length));
    return `${before}${bad ? paint.yellow(shown) : shown}`.trimEnd();
  });
}

interface PieceText {
  /** Where it begins in its direction. */
  readonly offset: string;
  readonly text: string;
  /** Something was set aside or is not told. */
  readonly bad: boolean;
}

function pieceTexts(piece: ExplainedPiece, exchanges: readonly TracedExchange[]): PieceText[] {
  const { fate, byteCount, became } = piece;
  const joined = joinParts(became);
  const shown = joined.slice(0, MAX_NAMED).map((range) => rangeText(range, exchanges));
  const more = joined.length - shown.length;
  if (more > 0) shown.push({ offset: '', text: `… and ${more} more`, bad: false });
  if (fate === 'stream') return shown;
  const where = shown.length > 0 ? ` of ${shown.map(({ text }) => text).join(', ')}` : '';
  return [
    { offset: formatCount(piece.offset), text: `${fate}: ${formatNumberOf(byteCount, 'byte')}${where}`, bad: true },
  ];
}

/** A run of one message: where it begins and ends within that, and whether it goes over the head, the body or both. */
interface JoinedRange extends ByteRange {
  readonly parts: string;
}

interface MessageRange extends JoinedRange {
  readonly became: 'request' | 'response' | 'interim';
}

/** A session has no messages: each side of it is one run of bytes. */
const SIDE_NAMES = {
  pair: { request: 'request', response: 'response', interim: 'interim answer' },
  session: { request: 'client of session', response: 'server of session', interim: 'server of session' },
} as const;

function joinParts(ranges: readonly ByteRange[]): JoinedRange[] {
  const joined: JoinedRange[] = [];
  for (const range of ranges) {
    const last = joined.at(-1);
    const goesOn =
      last !== undefined &&
      range.exchange >= 0 &&
      last.exchange === range.exchange &&
      last.became === range.became &&
      last.messageStart === range.messageStart;
    if (goesOn) {
      joined[joined.length - 1] = {
        ...last,
        byteCount: range.offset + range.byteCount - last.offset,
        parts: 'head and body',
      };
    } else {
      joined.push({ ...range, parts: range.part });
    }
  }
  return joined;
}

function rangeText(range: JoinedRange, exchanges: readonly TracedExchange[]): PieceText {
  const { became, reason } = range;
  const offset = formatCount(range.offset);
  const bytes = formatNumberOf(range.byteCount, 'byte');
  switch (became) {
    case 'discarded':
      return { offset, text: `${bytes} discarded: ${reason}`, bad: true };
    case 'gap':
      return { offset, text: `${bytes} given up before they came: ${reason}`, bad: true };
    case 'unplaced':
      return { offset, text: `${bytes} of what was not asked for`, bad: false };
    case 'request':
    case 'response':
    case 'interim':
      return { offset, text: messageText({ ...range, became }, exchanges[range.exchange]), bad: false };
    default:
      return became satisfies never;
  }
}

function messageText(range: MessageRange, exchange: TracedExchange | undefined): string {
  const { offset, byteCount, messageStart, messageEnd, became, parts } = range;
  const begins = offset === messageStart;
  const ends = offset + byteCount === messageEnd;
  const message = exchange?.messages.find((one) => one.side === became && one.offset === messageStart);
  const name = `${SIDE_NAMES[exchange?.outcome === 'session' ? 'session' : 'pair'][became]} #${range.exchange + 1}`;
  const how = begins ? (ends ? 'whole' : 'begins') : ends ? 'ends' : 'goes on';
  const line = begins ? (message?.firstLine ?? '') : '';
  const where = exchange?.outcome === 'session' ? '' : ` (${parts})`;
  return `${name} ${how}${where}${line === '' ? '' : `: ${line}`}`;
}

function gapRow(gap: ExplainedGap, exchanges: readonly TracedExchange[]): string {
  const { direction, offset, byteCount, reason, breaks, mayHold } = gap;
  const broken = breaks.length === 0 ? 'in no message' : `breaks ${listPlaces(breaks)}`;
  const isRequest = exchanges[mayHold[0] ?? -1]?.outcome === 'response-only';
  const held =
    mayHold.length === 0 ? '' : `; may hold the ${isRequest ? 'request' : 'response'} of ${listPlaces(mayHold)}`;
  const where = `${' '.repeat(25)}${ARROWS[direction]} gap of ${formatNumberOf(byteCount, 'byte')} at ${formatCount(offset)}`;
  return `${where} (${reason}): ${broken}${held}`;
}

/** `#3, #4`, cut where a whole queue is concerned. */
function listPlaces(places: readonly number[]): string {
  const shown = places.slice(0, MAX_NAMED).map((index) => `#${index + 1}`);
  return `${shown.join(', ')}${places.length > MAX_NAMED ? ` and ${places.length - MAX_NAMED} more` : ''}`;
}

function exchangeRows(
  exchange: TracedExchange,
  index: number,
  rendering: ExplanationRendering,
  paint: Paint,
): string[] {
  const { outcome, operation, status, reason, notes, matched, id } = exchange;
  const isWhole = reason === '' && outcome !== 'request-only' && outcome !== 'response-only';
  const facts = [
    outcome,
    ...(status === 0 ? [] : [`status ${status}`]),
    ...(reason === '' ? [] : [reason]),
    ...(notes.length === 0 ? [] : [`notes ${notes.join(' ')}`]),
  ];
  const mark = matched ? paint.green('►') : ' ';
  const text = ` #${index + 1}  ${shorten(escapeForTerminal(operation), 60)}  ${escapeForTerminal(facts.join(', '))}  ${id}`;
  const shown = shorten(text, Math.max(80, rendering.width - 2));
  return [` ${mark}${isWhole ? shown : paint.yellow(shown)}`];
}

/** `12.345678`: seconds since the first packet, as Wireshark counts. */
export function secondsText(micros: Micros): string {
  return (micros / 1_000_000).toFixed(6);
}
