/**
 * What a replay did, as one page: works from the disk, asks nothing of a network, can be printed.
 *
 *     verdict, where something is wrong        sections.ts
 *     summary, thresholds, latency, answers    sections.ts
 *     charts and their figures                 charts.ts, drawn by page-script.ts with uPlot; interval-rows.ts
 *     targets, what changed, drains, units     routing-section.ts, target-bars.ts
 *     rules, what was learnt from answers      rules-section.ts
 *     operations, sortable                     sections.ts
 *
 * All text is escaped by markup.ts; a content security policy allows no script but the page's own two, and no request.
 */
import { createHash } from 'node:crypto';
import type { ReplayReport } from '../../../emitter/index.ts';
import { replayTitle } from '../replay-report.ts';
import { type Chart, chartsOf, describeChart } from './charts.ts';
import { embedJson, html, Markup } from './markup.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import { routingSection } from './routing-section.ts';
import { correlationSection, rulesSection } from './rules-section.ts';
import {
  answersSection,
  intervalsSection,
  latencySection,
  operationsSection,
  summarySection,
  verdictSection,
} from './sections.ts';

/** uPlot, as its package holds it. */
export interface ChartLibrary {
  readonly script: string;
  readonly style: string;
  /** Has to go with every copy. */
  readonly license: string;
}

/** @returns a whole HTML document */
export function renderReplayPage(report: ReplayReport, library: ChartLibrary): string {
  const charts = chartsOf(report);
  const scripts = [library.script, PAGE_SCRIPT];
  const figures = { intervalMs: report.timeline.intervalMs, charts };
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${replayTitle(report)}</title>
<!-- The charts are drawn by uPlot:
${new Markup(library.license)}-->
<style>${new Markup(library.style + PAGE_STYLE)}</style>
</head>
<body>
<main>
<h1>${replayTitle(report)}</h1>
${verdictSection(report)}${summarySection(report)}${latencySection(report)}${answersSection(report)}
${charts.length === 0 ? '' : html`<h2>Course of the run</h2>`}
${charts.map(chartFigure)}${intervalsSection(report)}${routingSection(report)}${rulesSection(report)}${correlationSection(report)}
${operationsSection(report)}</main>
<script type="application/json" id="figures">${embedJson(figures)}</script>
${scripts.map(
  (script) => html`<script>${new Markup(script)}</script>
`,
)}</body>
</html>
`.text;
}

function chartFigure(chart: Chart): Markup {
  const button =
    chart.logarithmic === undefined
      ? ''
      : html`<button type="button" aria-pressed="${String(chart.logarithmic)}">logarithmic</button>`;
  return html`<figure id="chart-${chart.id}"${chart.stacked ? html` class="stacked"` : ''}>
<figcaption><span>${chart.title}</span>${button}</figcaption>
<div class="chart" role="img" aria-label="${describeChart(chart)}"></div>
</figure>
`;
}

function policyOf(scripts: readonly string[]): string {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return `default-src 'none'; style-src 'unsafe-inline'; script-src ${hashes.join(' ')}`;
}
