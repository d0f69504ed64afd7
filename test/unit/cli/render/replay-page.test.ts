import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readChartLibrary } from '../../../../cli/output/replay-page.ts';
import { chartsOf, describeChart } from '../../../../cli/render/html/charts.ts';
import { intervalRows, MAX_ROWS } from '../../../../cli/render/html/interval-rows.ts';
import { embedJson, escapeHtml, html } from '../../../../cli/render/html/markup.ts';
import { renderReplayPage } from '../../../../cli/render/html/page.ts';
import { PAGE_SCRIPT } from '../../../../cli/render/html/page-script.ts';
import type { ReplayReport } from '../../../../emitter/index.ts';
import { NO_TIMELINE, operation, SHORT_TIMELINE, SIMPLE_REPORT, TROUBLED_REPORT } from './hand-made-report.ts';

const library = await readChartLibrary();
const page = (report: ReplayReport) => renderReplayPage(report, library);

/** Elements of such a name with their content, as a browser cuts a page: scripts and styles hold no elements. */
function elements(text: string, name: string): readonly { attributes: string; content: string }[] {
  return [...text.matchAll(new RegExp(`<${name}([^>]*)>(.*?)</${name}>`, 'gs'))].map(
    ([, attributes = '', content = '']) => ({ attributes, content }),
  );
}

/** The page without what was put inside as it is. */
function written(text: string): string {
  return text.replace(/<(script|style)[^>]*>.*?<\/\1>|<!--.*?-->/gs, '');
}

test('the page holds what it needs and asks for nothing else', () => {
  const text = page(TROUBLED_REPORT);
  expect(text).toContain(library.script);
  expect(text).toContain('Permission is hereby granted');
  expect(written(text)).not.toMatch(/\ssrc=["']|\shref=|url\(|@import/);
  expect(text).toContain('default-src &#39;none&#39;; ');
});

test('scripts that the policy allows are those of the page, by their hashes', () => {
  const text = page(SIMPLE_REPORT);
  const scripts = elements(text, 'script').filter(({ attributes }) => !attributes.includes('json'));
  expect(scripts.map(({ content }) => content)).toEqual([library.script, PAGE_SCRIPT]);
  const [policy] = /script-src [^"]*/.exec(text) ?? [''];
  for (const { content } of scripts) {
    const hash = createHash('sha256').update(content).digest('base64');
    expect(policy).toContain(`&#39;sha256-${hash}&#39;`);
  }
  expect(policy.match(/sha256-/g)).toHaveLength(2);
});

test('the scripts are JavaScript', () => {
  expect(() => new Function(PAGE_SCRIPT)).not.toThrow();
  expect(() => new Function(library.script)).not.toThrow();
});

test('names from the wire are shown, and are no elements of the page', () => {
  const text = page(TROUBLED_REPORT);
  expect(elements(text, 'script')).toHaveLength(3);
  expect(text).not.toContain('<script>alert');
  expect(text).not.toContain('<img');
  expect(text).not.toContain('\x1b');
  expect(elements(text, 'title')[0]?.content).toBe(
    'replay to shop\\x1b[2J:80 (run &lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;), 10.0 s',
  );
  expect(text).toContain('GET /&lt;img src=x onerror=alert(2)&gt;');
  expect(text).toContain('header:x-&quot;user&quot;');
});

test('no text can leave its element or attribute, nor JSON its script', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeHtml(text)).not.toMatch(/[<>"'\p{Cc}\u2028\u202e]/u);
      expect(html`<a title="${text}">`.text).toBe(`<a title="${escapeHtml(text)}">`);
      expect(embedJson({ text }).text).not.toContain('<');
      expect(JSON.parse(embedJson({ text }).text)).toEqual({ text });
    }),
  );
});

test('what is wrong stands first, and where nothing is, nothing is said', () => {
  const [list] = elements(page(TROUBLED_REPORT), 'ul');
  expect(elements(list?.content ?? '', 'li').map(({ content }) => content)).toEqual([
    'stopped early: 12 % of the sends of the last ten seconds failed, 10 % are allowed',
    'rate: not reached: sends were dropped',
    'generator: saturated, over 1 % of its ticks or sends 20 ms late: these latencies hold its own delays',
    'recorded 200: 95 %, answered 401: 84 %: expired credentials answer fast and look like success',
    'thresholds missed: rate&lt;1%, service:max&lt;3s',
  ]);
  expect(page(SIMPLE_REPORT)).not.toContain('class="troubles"');
});

test('each chart has a place, a title, a description, and its figures as JSON', () => {
  const text = page(TROUBLED_REPORT);
  const [figures] = elements(text, 'script').filter(({ attributes }) => attributes.includes('json'));
  const { intervalMs, charts } = JSON.parse(figures?.content ?? '');
  expect(intervalMs).toBe(1000);
  expect(charts.map(({ id }: { id: string }) => id)).toEqual(['rate', 'latency', 'outcomes', 'lag', 'connections']);
  for (const { id } of charts) expect(text).toContain(`<figure id="chart-${id}"`);
  expect(text.match(/role="img" aria-label="[^"]+"/g)).toHaveLength(5);
  expect(text.match(/aria-pressed="(true|false)">logarithmic/g)).toHaveLength(2);
});

test('charts: rates by the second, nulls where nothing was answered, errors are not counted twice', () => {
  const charts = chartsOf({ ...SIMPLE_REPORT, timeline: { ...SHORT_TIMELINE, intervalMs: 2000 } });
  const values = (id: string) =>
    Object.fromEntries(charts.find((one) => one.id === id)?.series.map((one) => [one.label, one.values]) ?? []);
  expect(values('rate')).toEqual({ asked: [50, 50, 50], sent: [50, 40, 60], answered: [49, 0, 75] });
  expect(values('latency')['p99 from intended']).toEqual([900, null, 1_500_000]);
  expect(values('outcomes')).toEqual({
    answered: [45, 0, 50],
    errors: [4, 0, 25],
    failed: [1, 0, 15],
    'not sent': [0, 10, 0],
  });
  expect(charts.map(describeChart)[0]).toBe(
    'Rate: asked, sent, answered. sent: 40/s to 60/s; answered: 0/s to 75/s; asked: 50/s',
  );
  expect(charts.map(describeChart)[1]).toContain('p99 from intended: 900 µs to 1.50 s; ');
  const zeros = { p50: [0, 0, 0], p99: [0, 0, 0], max: [0, 0, 0] };
  const nothing = { ...SHORT_TIMELINE, fromIntended: zeros };
  expect(chartsOf({ ...SIMPLE_REPORT, timeline: nothing }).map(describeChart)[1]).toContain(
    'p50 from intended: nothing',
  );
  const unanswered = { ...nothing, service: zeros };
  expect(chartsOf({ ...SIMPLE_REPORT, timeline: unanswered }).map(({ id }) => id)).not.toContain('latency');
});

test('a run that ends shortly behind a second does not look like one that broke down at its end', () => {
  const sent = (durationMs: number) =>
    chartsOf({ ...SIMPLE_REPORT, timeline: SHORT_TIMELINE, durationMs })[0]?.series[0]?.values;
  expect(sent(3000)).toEqual([100, 80, 120]);
  expect(sent(2600)).toEqual([100, 80, 200]);
  expect(sent(2020)).toEqual([100, 80, null]);
});

test('a run of one interval has no charts, one of none no table of them either', () => {
  const one = { ...NO_TIMELINE, due: [5], sent: [5], answered: [5] };
  expect(chartsOf({ ...SIMPLE_REPORT, timeline: one })).toEqual([]);
  expect(page({ ...SIMPLE_REPORT, timeline: one })).toContain('<details');
  expect(chartsOf({ ...SIMPLE_REPORT, timeline: NO_TIMELINE })).toEqual([]);
  expect(page(SIMPLE_REPORT)).not.toMatch(/<figure|<details/);
});

test('a long run has a table that can be read: counts summed, the worst of latencies', () => {
  expect(intervalRows(SHORT_TIMELINE)).toHaveLength(3);
  const long = Array.from({ length: 3600 }, (_, second) => second);
  const rows = intervalRows({ ...NO_TIMELINE, due: long, sent: long, scheduleLag: { p99: long } });
  expect(rows).toHaveLength(MAX_ROWS);
  expect(rows[1]).toMatchObject({ startMs: 30_000, due: 1335, lag: 59 });
  expect(rows.reduce((sum, { due }) => sum + due, 0)).toBe((3600 * 3599) / 2);
});

test('operations can be sorted by their figures; the target is told where there are several', () => {
  const one = page({ ...SIMPLE_REPORT, operations: [operation('GET /', { due: 1234, answered: 1234 })] });
  expect(one).toContain('<table class="sortable">');
  expect(one).toContain('<td data-value="1234">1,234</td>');
  expect(one).not.toContain('>target<');
  const two = [operation('GET /', {}), operation('GET /', { target: 'b:80' })];
  expect(page({ ...SIMPLE_REPORT, operations: two })).toContain('<button type="button">target</button>');
});

test('every element of a page that is opened is closed', () => {
  const open: string[] = [];
  for (const [, end, name = ''] of written(page(TROUBLED_REPORT)).matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
    if (name === 'meta') continue;
    if (end === '') open.push(name);
    else expect(open.pop()).toBe(name);
  }
  expect(open).toEqual([]);
});
