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
import { health, ILL, ROUTED_REPORT, target } from './hand-made-routing.ts';

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

test('targets: their states as bars with the time of each, their shares with what was expected', () => {
  const text = page(ROUTED_REPORT);
  const bars = [...text.matchAll(/<div class="bar"([^>]*)>(.*?)<\/div>/g)].map(([, attributes = '', content = '']) => ({
    attributes,
    content,
  }));
  expect(bars).toHaveLength(6);
  expect(bars[1]?.attributes).toContain(
    'aria-label="b:80: 0 s to 2.50 s: up; 2.50 s to 7.51 s: down; 7.51 s to 10.0 s: returning"',
  );
  expect(elements(bars[1]?.content ?? '', 'span').map(({ attributes }) => attributes)).toEqual([
    ' class="up" title="0 s to 2.50 s: up" style="left:0%;width:25%"',
    ' class="down" title="2.50 s to 7.51 s: down" style="left:25%;width:50%"',
    ' class="returning" title="7.51 s to 10.0 s: returning" style="left:75%;width:25%"',
  ]);
  expect(bars[2]?.attributes).toContain('title="61 % of the sends, 60 % expected, 75 % by weight"');
  expect(bars[2]?.content).toContain('style="width:61%"></span><b style="left:60%"></b>');
});

test('what changed, drains, units, rules and what was learnt are told', () => {
  const text = page(ROUTED_REPORT);
  const rows = elements(text, 'tr').map(({ content }) =>
    [...content.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = '']) => cell),
  );
  expect(rows).toContainEqual(['2.50 s', 'b:80', 'up → down: 3 bad checks in a row: \\x1b]0;&lt;img src=x&gt;']);
  expect(rows).toContainEqual(['b:80', '2.50 s', '2.50 s', '5.01 s', '-', '2', '1']);
  expect(rows).toContainEqual(['old:80', '500 ms', 'taken out', '12', '31.2 ms', 'drained']);
  expect(rows).toContainEqual(['2', '5.00 s', 'committed', '3.10 ms', '98', '120', '120', '0', '4.10 ms', '200 µs']);
  expect(rows).toContainEqual(['&lt;two&gt;', '300', '31 %']);
  expect(rows).toContainEqual(['body', '5', '0', 'pattern-not-found 5']);
  expect(rows).toContainEqual(['token', '60', '2', '300', '0']);
  expect(text).toContain('<dt>sends misrouted</dt><dd>1</dd>');
  expect(text).toContain('<p>never matched: legacy &lt;b&gt;\\x1b[2J</p>');
  expect(text).toContain('<li>units: 1 send misrouted; 3 sends still held</li>');
  expect(elements(text, 'script')).toHaveLength(3);
  expect(text).not.toMatch(/<script>alert|<img|<b>\\|<i>\\|<two>/);
  expect(text).not.toContain('\x1b');
});

test('a page with many targets and changes stays a page', () => {
  const targets = Array.from({ length: 2_000 }, (_, at) => target(`all/t${at}:80`));
  const timeline = Array.from({ length: 256 }, (_, at) => ({ atMs: at, from: 'up', to: 'down', why: 'x' }) as const);
  const judged = targets.map(({ id }) => health(id, { timeline, changeCount: 300 }));
  const routing = { ...ILL, targets: { ...ILL.targets, targets }, health: { targets: judged } };
  const text = page({ ...ROUTED_REPORT, routing });
  expect(text.length).toBeLessThan(4_000_000);
  expect(text).toContain('Shares of the targets (1,500 more are left out)');
  expect(text).toContain('<p>88,000 later changes of state were counted and not kept.</p>');
});

test('a run to one target says nothing of targets, rules and values', () => {
  expect(page(SIMPLE_REPORT)).not.toMatch(/id="(targets|rules|learnt|states|shares)"/);
});

test.each([
  ['troubled', TROUBLED_REPORT],
  ['routed', ROUTED_REPORT],
])('every element of a page that is opened is closed: %s', (_, report) => {
  const open: string[] = [];
  for (const [, end, name = ''] of written(page(report)).matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
    if (name === 'meta') continue;
    if (end === '') open.push(name);
    else expect(open.pop()).toBe(name);
  }
  expect(open).toEqual([]);
});
