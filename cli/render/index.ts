/** Values to text for a terminal: pure, everything from the wire escaped, credentials as placeholders. */
export { type BarRow, renderBars } from './bars.ts';
export { renderChecks } from './checks.ts';
export { formatRatio, listCounts, renderCompleteness, whyNoExchange } from './completeness.ts';
export { type ExchangeRendering, renderExchange } from './exchange.ts';
export { renderExchangeDocument } from './exchange-document.ts';
export { renderExchangeRow, renderExchangeRowHeader } from './exchange-row.ts';
export { fieldRows, renderFieldTable } from './field-table.ts';
export { type LatencyRow, renderLatencyTable } from './latency-table.ts';
export { renderLedger } from './ledger.ts';
export { renderReplayProgress } from './replay-progress.ts';
export { renderReplayReport, replayTitle } from './replay-report.ts';
export {
  advanceReplayView,
  type PlannedLength,
  type ReplayViewState,
  renderReplayView,
  startReplayView,
} from './replay-view.ts';
export { renderScanReport } from './scan-report.ts';
export { renderPreview, type SendPreview } from './send-preview.ts';
export { escapeForTerminal } from './terminal-text.ts';
export { carriesThrift } from './thrift.ts';
export { renderTimeHistogram } from './time-histogram.ts';
export { renderTraceTree } from './trace-tree.ts';
